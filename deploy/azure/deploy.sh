#!/usr/bin/env bash
# Azure Container Apps in one command: the key into a vault, the image, the app.
#   GROUP=veil-rg LOCATION=westeurope REGISTRY=myregistry VAULT=myvault deploy/azure/deploy.sh
# Needs az (signed in, with its extension containerapp) and openssl; the image is built by the registry. Names of registries and vaults are taken once in
# the whole world. Never run against Azure by us: its commands were checked with stand-ins for these tools.
set -euo pipefail
cd "$(dirname "$0")/../.."
: "${GROUP:?set GROUP, the resource group}" "${LOCATION:?set LOCATION, for example westeurope}"
: "${REGISTRY:?set REGISTRY, the name of the container registry}" "${VAULT:?set VAULT, the name of the key vault}"
ENVIRONMENT="${ENVIRONMENT:-veil}"
for tool in az openssl; do
  command -v "$tool" >/dev/null || { echo "$tool is not installed" >&2; exit 1; }
done

az group create --name "$GROUP" --location "$LOCATION" --output none
az acr show --name "$REGISTRY" --output none 2>/dev/null || az acr create --name "$REGISTRY" --resource-group "$GROUP" --sku Basic --output none
az acr build --registry "$REGISTRY" --image veil:latest --file deploy/docker/Dockerfile . --output none
az keyvault show --name "$VAULT" --output none 2>/dev/null || az keyvault create --name "$VAULT" --resource-group "$GROUP" --location "$LOCATION" --enable-rbac-authorization true --output none
if ! az keyvault secret show --vault-name "$VAULT" --name veil-key --output none 2>/dev/null; then
  file="$(mktemp)"
  trap 'rm -f "$file"' EXIT
  openssl rand -hex 32 | tr -d '\n' >"$file" # mktemp files are private: the key is in no argument and no log
  az keyvault secret set --vault-name "$VAULT" --name veil-key --file "$file" --output none
fi
az containerapp env show --name "$ENVIRONMENT" --resource-group "$GROUP" --output none 2>/dev/null ||
  az containerapp env create --name "$ENVIRONMENT" --resource-group "$GROUP" --location "$LOCATION" --output none

# A user-assigned identity exists before the app: its rights are there when the app first reads the key and the image.
az identity create --name veil --resource-group "$GROUP" --output none
identity="$(az identity show --name veil --resource-group "$GROUP" --query id --output tsv)"
principal="$(az identity show --name veil --resource-group "$GROUP" --query principalId --output tsv)"
az role assignment create --assignee-object-id "$principal" --assignee-principal-type ServicePrincipal --role 'Key Vault Secrets User' \
  --scope "$(az keyvault show --name "$VAULT" --query id --output tsv)" --output none
az role assignment create --assignee-object-id "$principal" --assignee-principal-type ServicePrincipal --role AcrPull \
  --scope "$(az acr show --name "$REGISTRY" --query id --output tsv)" --output none

made="$(mktemp)"
trap 'rm -f "$made" "${file:-}"' EXIT
sed -e "s|/subscriptions/SUBSCRIPTION/resourceGroups/GROUP/providers/Microsoft.App/managedEnvironments/ENVIRONMENT|$(az containerapp env show --name "$ENVIRONMENT" --resource-group "$GROUP" --query id --output tsv)|" \
  -e "s|https://VAULT\.|https://$VAULT.|" -e "s|REGISTRY\.azurecr\.io|$REGISTRY.azurecr.io|" \
  -e "s|identity: system|identity: $identity|" -e "s|^identity: .*|identity: {type: UserAssigned, userAssignedIdentities: {'$identity': {}}}|" \
  -e "s|^    secrets:|    registries: [{server: $REGISTRY.azurecr.io, identity: $identity}]\n    secrets:|" deploy/azure/containerapp.yaml >"$made"
az containerapp create --name veil --resource-group "$GROUP" --yaml "$made" --query properties.configuration.ingress.fqdn --output tsv
