"""Messages: those of Envoy's external processing that we speak, by the numbers of their fields.

Only the fields that are used stand here. The whole of Envoy's protocols, as a package, brings files of its own under
OpenTelemetry's name and breaks the one that sends spans.
"""

from __future__ import annotations

from typing import Any

from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto, FileDescriptorProto  # type: ignore[import-untyped]
from google.protobuf.descriptor_pool import DescriptorPool  # type: ignore[import-untyped]
from google.protobuf.message_factory import GetMessageClass  # type: ignore[import-untyped]

SERVICE = "envoy.service.ext_proc.v3.ExternalProcessor"
OVERWRITE = 2  # HeaderAppendAction OVERWRITE_IF_EXISTS_OR_ADD

_PACKAGE = "veil.trace.v1"
_KINDS = {
    "bool": FieldDescriptorProto.TYPE_BOOL,
    "int": FieldDescriptorProto.TYPE_INT32,
    "text": FieldDescriptorProto.TYPE_STRING,
    "bytes": FieldDescriptorProto.TYPE_BYTES,
}
# Source: the API of Envoy 1.40, envoy/service/ext_proc/v3/external_processor.proto and envoy/config/core/v3/base.proto
_MESSAGES: dict[str, dict[str, tuple[int, str]]] = {
    "HeaderValue": {"key": (1, "text"), "value": (2, "text"), "raw_value": (3, "bytes")},
    "HeaderMap": {"headers": (1, "many HeaderValue")},
    "HeaderValueOption": {"header": (1, "HeaderValue"), "append_action": (3, "int")},
    "HttpHeaders": {"headers": (1, "HeaderMap"), "end_of_stream": (3, "bool")},
    "HttpBody": {"body": (1, "bytes"), "end_of_stream": (2, "bool")},
    "HttpTrailers": {"trailers": (1, "HeaderMap")},
    "ProcessingRequest": {
        "request_headers": (2, "HttpHeaders"),
        "request_body": (4, "HttpBody"),
        "request_trailers": (6, "HttpTrailers"),
        "observability_mode": (10, "bool"),
    },
    "HeaderMutation": {"set_headers": (1, "many HeaderValueOption"), "remove_headers": (2, "many text")},
    "CommonResponse": {"status": (1, "int"), "header_mutation": (2, "HeaderMutation")},
    "HeadersResponse": {"response": (1, "CommonResponse")},
    "BodyResponse": {"response": (1, "CommonResponse")},
    "TrailersResponse": {"header_mutation": (1, "HeaderMutation")},
    "HttpStatus": {"code": (1, "int")},
    "ImmediateResponse": {"status": (1, "HttpStatus"), "body": (3, "bytes"), "details": (5, "text")},
    "ProcessingResponse": {
        "request_headers": (1, "HeadersResponse"),
        "request_body": (3, "BodyResponse"),
        "request_trailers": (5, "TrailersResponse"),
        "immediate_response": (7, "ImmediateResponse"),
    },
}


def _file() -> FileDescriptorProto:
    file = FileDescriptorProto(name="veil/trace.proto", package=_PACKAGE, syntax="proto3")
    for name, fields in _MESSAGES.items():
        message = DescriptorProto(name=name)
        for field, (number, kind) in fields.items():
            message.field.append(_field(field, number, kind))
        file.message_type.append(message)
    return file


def _field(name: str, number: int, kind: str) -> FieldDescriptorProto:
    many, _, inner = kind.rpartition(" ")
    label = FieldDescriptorProto.LABEL_REPEATED if many else FieldDescriptorProto.LABEL_OPTIONAL
    if inner in _KINDS:
        return FieldDescriptorProto(name=name, number=number, label=label, type=_KINDS[inner])
    of = FieldDescriptorProto.TYPE_MESSAGE
    return FieldDescriptorProto(name=name, number=number, label=label, type=of, type_name=f".{_PACKAGE}.{inner}")


_pool = DescriptorPool()
_pool.Add(_file())


def _message(name: str) -> Any:
    return GetMessageClass(_pool.FindMessageTypeByName(f"{_PACKAGE}.{name}"))


ProcessingRequest = _message("ProcessingRequest")
ProcessingResponse = _message("ProcessingResponse")
REQUESTS = ("request_headers", "request_body", "request_trailers")


def kind_of(message: Any) -> str:
    """Which of the questions a message is; nothing for one that we did not ask to hear."""
    return next((name for name in REQUESTS if message.HasField(name)), "")
