#!/usr/bin/env bash
# Google Cloud Run in one command: the key into Secret Manager, the image, the service.
#   PROJECT=my-project REGION=europe-west3 deploy/cloud-run/deploy.sh
# Needs gcloud (signed in), docker and openssl. Never run against Google Cloud by us: its commands were checked with stand-ins for
# these tools.
set -euo pipefail
cd "$(dirname "$0")/../.."
: "${PROJECT:?set PROJECT, the id of the project}" "${REGION:?set REGION, for example REGION=europe-west3}"
SECRET=veil-key IMAGE="$REGION-docker.pkg.dev/$PROJECT/veil/veil:latest"
for tool in gcloud docker openssl; do
  command -v "$tool" >/dev/null || { echo "$tool is not installed" >&2; exit 1; }
done

gcloud services enable run.googleapis.com artifactregistry.googleapis.com secretmanager.googleapis.com --project "$PROJECT"
if ! gcloud secrets describe "$SECRET" --project "$PROJECT" >/dev/null 2>&1; then
  openssl rand -hex 32 | tr -d '\n' | gcloud secrets create "$SECRET" --project "$PROJECT" --data-file=- # through a pipe: in no argument and no log
fi
number="$(gcloud projects describe "$PROJECT" --format 'value(projectNumber)')"
gcloud secrets add-iam-policy-binding "$SECRET" --project "$PROJECT" --role roles/secretmanager.secretAccessor \
  --member "serviceAccount:$number-compute@developer.gserviceaccount.com" >/dev/null
gcloud artifacts repositories describe veil --location "$REGION" --project "$PROJECT" >/dev/null 2>&1 ||
  gcloud artifacts repositories create veil --repository-format docker --location "$REGION" --project "$PROJECT"
gcloud auth configure-docker "$REGION-docker.pkg.dev" --quiet
docker build -f deploy/docker/Dockerfile -t "$IMAGE" .
docker push "$IMAGE"
sed -e "s|REGION-docker.pkg.dev/PROJECT|$REGION-docker.pkg.dev/$PROJECT|" deploy/cloud-run/service.yaml |
  gcloud run services replace - --region "$REGION" --project "$PROJECT"
gcloud run services describe veil --region "$REGION" --project "$PROJECT" --format 'value(status.url)'
