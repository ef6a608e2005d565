#!/usr/bin/env bash
# AWS Lambda in one command: the key into Secrets Manager, the image, the function behind API Gateway.
#   REGION=eu-central-1 deploy/lambda/deploy.sh
# Needs aws, sam, docker and openssl, and an account that may create these. Never run against AWS by us: its commands were
# checked with stand-ins for these tools, the template with cfn-lint.
set -euo pipefail
cd "$(dirname "$0")"
: "${REGION:?set REGION, for example REGION=eu-central-1}"
STACK="${STACK:-veil}" SECRET="${SECRET:-veil-key}"
for tool in aws sam docker openssl; do
  command -v "$tool" >/dev/null || { echo "$tool is not installed" >&2; exit 1; }
done

secret() { aws secretsmanager describe-secret --region "$REGION" --secret-id "$SECRET" --query ARN --output text 2>/dev/null; }
if ! arn="$(secret)"; then
  file="$(mktemp)"
  trap 'rm -f "$file"' EXIT
  openssl rand -hex 32 | tr -d '\n' >"$file" # mktemp files are private: the key is in no argument and no log
  aws secretsmanager create-secret --region "$REGION" --name "$SECRET" --secret-string "file://$file" >/dev/null
  arn="$(secret)"
fi
sam build --template-file template.yaml
sam deploy --region "$REGION" --stack-name "$STACK" --resolve-s3 --resolve-image-repos --capabilities CAPABILITY_IAM \
  --parameter-overrides "KeySecret=$arn" --no-confirm-changeset --no-fail-on-empty-changeset
url="$(aws cloudformation describe-stacks --region "$REGION" --stack-name "$STACK" --query 'Stacks[0].Outputs[?OutputKey==`Url`].OutputValue' --output text)"
echo "$url"
echo "Create a token where the key is: VEIL_SERVICE_KEY=\$(aws secretsmanager get-secret-value --region $REGION --secret-id $SECRET --query SecretString --output text) veil serve token --scope deidentify --days 30"
