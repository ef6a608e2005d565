"""Config: what Envoy is told, so that no request passes without a tag, whatever becomes of us."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from itertools import product
from typing import Any
from urllib.parse import urlsplit

from veil.errors import PolicyError
from veil.service.trace.context import TraceSettings
from veil.service.trace.envoy.messages import SERVICE
from veil.service.trace.envoy.trailers import CALL, watching
from veil.service.trace.verdict import HEADERS

_TYPES = "type.googleapis.com/envoy.extensions"
_MANAGER = f"{_TYPES}.filters.network.http_connection_manager.v3.HttpConnectionManager"
_LENGTH = "x-veil-content-length"
_CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
_WINDOW = 65_535
_IDLE = "75s"  # for the next request of a connection, and again for its head; Envoy's own are an hour and no end


@dataclass(frozen=True, slots=True)
class ListenAddress:
    """Where something listens; `path` is that of a Unix socket."""

    host: str = ""
    port: int = 0
    path: str = ""

    def written(self) -> dict[str, Any]:
        if self.path:
            return {"pipe": {"path": self.path}}
        return {"socket_address": {"address": self.host, "port_value": self.port}}


@dataclass(frozen=True, slots=True)
class Upstream:
    """The service behind; `ca` is a file of authorities, those of the system where none is named."""

    url: str
    ca: str = ""

    @property
    def place(self) -> ListenAddress:
        """Errors: PolicyError `upstream-url`."""
        try:
            to = urlsplit(self.url)
            port = to.port or (443 if to.scheme == "https" else 80)
        except ValueError:
            to, port = urlsplit(""), 0
        if to.scheme not in ("http", "https") or not to.hostname or to.path not in ("", "/") or to.query:
            raise PolicyError(
                "upstream-url",
                "the upstream must be an http or https address without a path",
                hint="--upstream http://127.0.0.1:8080",
            )
        return ListenAddress(to.hostname, port)

    @property
    def secure(self) -> bool:
        return urlsplit(self.url).scheme == "https"

    @property
    def context(self) -> ssl.SSLContext | None:
        """How its certificate is checked; nothing where it is reached in clear.

        Errors:  PolicyError `upstream-ca`.
        """
        try:
            return ssl.create_default_context(cafile=self.ca or None) if self.secure else None
        except (OSError, ssl.SSLError):
            raise PolicyError(
                "upstream-ca",
                "the CA certificate of the upstream cannot be read",
                hint="--upstream-ca must be a file in PEM",
            ) from None


def config(
    settings: TraceSettings,
    listen: ListenAddress,
    upstream: Upstream,
    processor: ListenAddress,
    admin: ListenAddress | None = None,
) -> dict[str, Any]:
    """A whole configuration of Envoy.

    Keeps:   the length of a body stays stated; a request that no processor saw is tagged `unknown` (or refused, where
             that was asked).
    """
    page: dict[str, Any] = {
        "static_resources": {
            "listeners": [_listener(settings, listen)],
            "clusters": [_app(upstream), _processor(processor)],
        },
        "overload_manager": {
            "resource_monitors": [
                {
                    "name": "envoy.resource_monitors.global_downstream_max_connections",
                    "typed_config": {
                        "@type": f"{_TYPES}.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig",
                        "max_active_downstream_connections": 10_000,
                    },
                }
            ]
        },
    }
    return {**page, "admin": {"address": admin.written()}} if admin else page


def _listener(settings: TraceSettings, listen: ListenAddress) -> dict[str, Any]:
    room = 2 * settings.limit + (1 << 20)  # more than is held, or a body at the limit would wait for its own end
    manager = {
        "@type": _MANAGER,
        "stat_prefix": "trace",
        "http_protocol_options": {
            **_http1(),
            "accept_http_10": True,
            "default_host_for_http_10": "localhost",  # nginx speaks it to an upstream by default
        },
        "http2_protocol_options": {
            "allow_connect": True,
            "initial_stream_window_size": max(_WINDOW, room),
            "initial_connection_window_size": max(_WINDOW, 4 * room),
        },
        "upgrade_configs": [{"upgrade_type": "websocket"}],
        "common_http_protocol_options": {"idle_timeout": _IDLE},
        "request_headers_timeout": _IDLE,
        "generate_request_id": False,
        "server_header_transformation": "PASS_THROUGH",
        "route_config": {
            "virtual_hosts": [
                {
                    "name": "app",
                    "domains": ["*"],
                    "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "app", "timeout": "0s"}}],
                }
            ]
        },
        "http_filters": filters(settings),
    }
    chain = {"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}
    return {
        "name": "trace",
        "address": listen.written(),
        "per_connection_buffer_limit_bytes": room,
        "filter_chains": [chain],
    }


def _http1() -> dict[str, Any]:
    keeps_case = {
        "name": "preserve_case",
        "typed_config": {"@type": f"{_TYPES}.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig"},
    }
    return {"enable_trailers": True, "header_key_format": {"stateful_formatter": keeps_case}}


def filters(settings: TraceSettings) -> list[dict[str, Any]]:
    """The filters before the router's, and it: they are what an Istio EnvoyFilter inserts."""
    return [
        *([watching(SERVICE)] if settings.blocking else []),
        _mutation(
            "veil.before",
            [
                *({"remove": name} for name in variants()),
                {"remove": _LENGTH},
                *(_set(name, "unknown") for name in HEADERS),
                *([_set(_LENGTH, "%REQ(content-length)%")] if settings.blocking else []),
            ],
        ),
        {"name": "envoy.filters.http.ext_proc", "typed_config": external(settings)},
        *(
            [
                _mutation(
                    "veil.after", [_set("content-length", f"%REQ({_LENGTH})%"), {"remove": _LENGTH}, {"remove": CALL}]
                )
            ]
            if settings.blocking
            else []
        ),
        {
            "name": "envoy.filters.http.router",
            "typed_config": {"@type": f"{_TYPES}.filters.http.router.v3.Router", "suppress_envoy_headers": True},
        },
    ]


def external(settings: TraceSettings) -> dict[str, Any]:
    """The filter that asks us. A streamed body is sent as it comes, and its head waits for our word."""
    filters: dict[str, Any] = {
        "@type": f"{_TYPES}.filters.http.ext_proc.v3.ExternalProcessor",
        "grpc_service": {"envoy_grpc": {"cluster_name": "veil"}, "timeout": "0s"},
        "processing_mode": {
            "request_header_mode": "SEND",
            "request_body_mode": "STREAMED",
            "request_trailer_mode": "SEND",
            "response_header_mode": "SKIP",
            "response_body_mode": "NONE",
            "response_trailer_mode": "SKIP",
        },
        "failure_mode_allow": not settings.closed,
    }
    if not settings.blocking:
        return {**filters, "observability_mode": True, "deferred_close_timeout": "5s"}
    return {
        **filters,
        "send_body_without_waiting_for_header_response": True,
        "message_timeout": f"{2 * settings.deadline + 1:.3f}s",
        "status_on_error": {"code": "ServiceUnavailable"},
    }


def variants() -> list[str]:
    """The names that a service could read as ours: CGI and its heirs write `_` for `-`."""
    marks = "-_."
    short = [f"locate{a}detect{b}phi" for a, b in product(marks, marks)]
    return [*short, *(f"x{mark}{name}" for mark in marks for name in short)]


def _mutation(name: str, changes: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": name,
        "typed_config": {
            "@type": f"{_TYPES}.filters.http.header_mutation.v3.HeaderMutation",
            "mutations": {"request_mutations": changes},
        },
    }


def _set(name: str, value: str) -> dict[str, Any]:
    return {"append": {"header": {"key": name, "value": value}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}}


def _app(upstream: Upstream) -> dict[str, Any]:
    options = {
        "use_downstream_protocol_config": {
            "http_protocol_options": _http1(),
            "http2_protocol_options": {"allow_connect": True},
        }
    }
    cluster = _cluster("app", upstream.place, options)
    if upstream.secure:
        cluster["transport_socket"] = {
            "name": "envoy.transport_sockets.tls",
            "typed_config": {
                "@type": f"{_TYPES}.transport_sockets.tls.v3.UpstreamTlsContext",
                "sni": upstream.place.host,
                "auto_sni_san_validation": True,
                "common_tls_context": {
                    "validation_context": {"trusted_ca": {"filename": upstream.ca or _CERTIFICATES}}
                },
            },
        }
    return cluster


def _processor(place: ListenAddress) -> dict[str, Any]:
    return _cluster("veil", place, {"explicit_http_config": {"http2_protocol_options": {}}})


def _cluster(name: str, place: ListenAddress, options: dict[str, Any]) -> dict[str, Any]:
    end = {"lb_endpoints": [{"endpoint": {"address": place.written()}}]}
    return {
        "name": name,
        "type": "STATIC" if place.path or _is_number(place.host) else "STRICT_DNS",
        "connect_timeout": "5s",
        "load_assignment": {"cluster_name": name, "endpoints": [end]},
        "circuit_breakers": {
            "thresholds": [{"max_connections": 10_000, "max_pending_requests": 10_000, "max_requests": 100_000}]
        },
        "typed_extension_protocol_options": {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                "@type": f"{_TYPES}.upstreams.http.v3.HttpProtocolOptions",
                **options,
            }
        },
    }


def _is_number(host: str) -> bool:
    from ipaddress import ip_address  # noqa: PLC0415  beside its one use

    try:
        ip_address(host)
    except ValueError:
        return False
    return True
