"""L12: boto3 with `endpoint_url` gets a valid answer of DetectPHI, its errors, and is truly asked for its signature."""

import boto3
import httpx2
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from tests.services import served

from veil.service.gate.grants import Grants, new_grant
from veil.service.gate.root_key import root_keys


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("guarded")
    with served(folder, "--key-file", "service.key") as service:
        yield service, Grants(root_keys(folder / "service.key"))


def client(service, name, secret):
    return boto3.client(
        "comprehendmedical",
        endpoint_url=service.url,
        region_name="us-east-1",
        aws_access_key_id=name,
        aws_secret_access_key=secret,
        config=Config(retries={"max_attempts": 0}),
    )


def refused(one, text="x", **more):
    with pytest.raises(ClientError) as error:
        one.detect_phi(Text=text, **more)
    return error.value.response["Error"]["Code"]


def test_l12_boto3_gets_an_answer_whose_offsets_are_true(guarded):
    service, grants = guarded
    text = "🩺 Patient John Smith, aged 48, seen 12/04/2012"
    told = client(service, *grants.access_pair(new_grant(["phi"], 60))).detect_phi(Text=text)
    assert [one["Type"] for one in told["Entities"]] == ["NAME", "AGE", "DATE"]
    assert all(text[one["BeginOffset"] : one["EndOffset"]] == one["Text"] for one in told["Entities"])
    assert told["ModelVersion"].startswith("veil-")
    assert told["ResponseMetadata"]["RequestId"]


def test_l12_twenty_thousand_characters_are_read_and_one_more_is_refused(guarded):
    service, grants = guarded
    one = client(service, *grants.access_pair(new_grant(["phi"], 60)))
    text = ("Skin: café-au-lait spot, no œdema, no naïve lesion. " * 400)[:20_000]
    assert one.detect_phi(Text=text)["Entities"] == []
    assert refused(one, text + "é") == "TextSizeLimitExceededException"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda name, secret: (name, secret[:-1] + ("A" if secret[-1] != "A" else "B")), "InvalidSignatureException"),
        (lambda name, secret: (name[:-2] + "AA", secret), "InvalidSignatureException"),
        (lambda name, secret: ("AKIAIOSFODNN7EXAMPLE", secret), "UnrecognizedClientException"),
    ],
)
def test_l12_a_secret_or_key_that_is_not_ours_is_refused(guarded, change, code):
    service, grants = guarded
    told = refused(client(service, *change(*grants.access_pair(new_grant(["phi"], 60)))))
    assert told in {code, "UnrecognizedClientException", "InvalidSignatureException"}


def test_l12_a_key_that_ran_out_or_is_for_something_else_is_refused(guarded):
    service, grants = guarded
    assert refused(client(service, *grants.access_pair(new_grant(["phi"], -1)))) == "ExpiredTokenException"
    assert refused(client(service, *grants.access_pair(new_grant(["detect"], 60)))) == "AccessDeniedException"


def test_l12_a_body_that_was_changed_after_it_was_signed_is_refused(guarded):
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    service, grants = guarded
    headers = {"X-Amz-Target": "ComprehendMedical_20181030.DetectPHI", "Content-Type": "application/x-amz-json-1.1"}
    signed = AWSRequest("POST", service.url + "/", data=b'{"Text": "a"}', headers=headers)
    SigV4Auth(Credentials(*grants.access_pair(new_grant(["phi"], 60))), "comprehendmedical", "eu-west-1").add_auth(
        signed
    )
    own = dict(signed.headers.items())
    assert httpx2.post(service.url + "/", content=b'{"Text": "a"}', headers=own).status_code == 200
    changed = httpx2.post(service.url + "/", content=b'{"Text": "b"}', headers=own)
    assert changed.headers["x-amzn-errortype"] == "InvalidSignatureException"
    unsigned = httpx2.post(service.url + "/", content=b'{"Text": "a"}', headers=headers)
    assert unsigned.headers["x-amzn-errortype"] == "MissingAuthenticationTokenException"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{}", "InvalidRequestException"),
        (b'{"Text": 7}', "InvalidRequestException"),
        (b"[", "InvalidRequestException"),
        (b'{"Text": "\xff"}', "InvalidEncodingException"),
        (b'{"Text": "\\ud800"}', "InvalidEncodingException"),
        (b'{"Text": ""}', "InvalidRequestException"),
    ],
)
def test_l12_a_body_that_is_no_request_has_its_own_error(serving, body, code):
    headers = {"X-Amz-Target": "ComprehendMedical_20181030.DetectPHI"}
    told = httpx2.post(serving.url + "/", content=body, headers=headers)
    assert (told.status_code, told.headers["x-amzn-errortype"]) == (400, code)


def test_l12_a_call_that_is_not_detect_phi_is_told_so(serving):
    told = httpx2.post(
        serving.url + "/", content=b"{}", headers={"X-Amz-Target": "ComprehendMedical_20181030.DetectEntitiesV2"}
    )
    assert told.headers["x-amzn-errortype"] == "UnknownOperationException"
