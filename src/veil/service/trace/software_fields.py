"""Software fields: fields that describe software and not a person: `{"name": "db"}`, `{"commit": "4635fa8c0ffee"}`."""

from __future__ import annotations

import re


def _words(written: str) -> frozenset[str]:
    return frozenset(written.split())


_CODES = _words("""
    commit sha sha1 sha256 sha512 md5 hash digest checksum etag revision
    integrity traceparent tracestate traceid spanid parentspanid   crc crc32 gitsha gitcommit commitid
    commithash commitsha contentmd5 contenthash filehash imageid layerid containerid buildid buildhash versionhash
    cachekey
""")
_DIGEST = re.compile(r'(?:W/)?"?(?:(?:sha|md)[0-9]{1,3}[:-])?(?=[0-9]*[a-f])[0-9a-f]{7,128}"?', re.IGNORECASE)
_BASE64_DIGEST = re.compile(r"(?:sha|md)[0-9]{1,3}-[A-Za-z0-9+/]{20,90}={0,2}")  # source: W3C, Subresource Integrity
_TRACE = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")  # source: W3C, Trace Context
_NAMES = _words("""
    name host hostname service app application image container cluster namespace database db schema table index
    queue topic bucket branch repo repository project module package job pod node server instance environment env
    stage component driver engine plugin role group channel stream pipeline workflow task step deployment release
    volume network label kind type tag target source event action method function handler worker process program
    servicename appname clustername podname dbname databasename displayname
""")
_WORDS = _words("""
    db database api app apps application web website www frontend backend front back end ui server servers client
    worker workers scheduler queue broker cache proxy gateway ingress egress router lb balancer node nodes master
    replica replicas primary secondary shard cluster pod pods container sidecar image registry volume storage bucket
    disk network subnet vpc host localhost redis postgres postgresql pg mysql mariadb mongo mongodb sqlite oracle
    mssql elastic elasticsearch opensearch kibana logstash kafka zookeeper rabbitmq rabbit nats mqtt nginx apache
    httpd haproxy envoy traefik caddy istio linkerd kubernetes kube k8s docker podman helm terraform ansible jenkins
    gitlab github git svn ci cd build builds builder test tests testing qa uat dev develop development prod
    production staging stage sandbox demo local main master trunk release hotfix feature default public private
    internal external system root admin config configuration settings secret secrets token tokens auth oauth oidc
    saml ldap sso login logout session sessions user users account accounts role roles group groups permission
    permissions service services svc microservice lambda function functions job jobs task tasks cron batch etl
    pipeline workflow event events stream streams topic message messages mail mailer smtp notification notifications
    webhook hook callback logger log logs logging metric metrics monitor monitoring prometheus grafana loki jaeger
    zipkin tempo otel telemetry tracing trace alert alerts health healthz ready readyz live liveness readiness ping
    status version info debug warn error search index indexer crawler upload uploads download downloads file files
    blob object objects store report reports export import sync backup archive billing payment payments order orders
    cart catalog inventory product products shipping invoice id ids uuid key keys value values string integer
    boolean number float object array null true false json xml yaml csv html css js ts python node nodejs java go
    golang rust php ruby bash linux ubuntu debian alpine windows x86 amd64 arm64 cpu gpu ram ssd http https grpc tcp
    udp tls ssl dns ssh sftp ftp s3 v1 v2 v3 a b c e2e
""")
_PEOPLE = frozenset(
    {"dev", "ruby", "kafka", "jaeger", "caddy", "helm"}
)  # words of software that people are called as well
_PIECE = re.compile(r"[a-z]+|[0-9]+")
_WHOLE = re.compile(r"[a-z0-9]+(?:[-_./:][a-z0-9]+)*|[A-Z0-9]+(?:[-_.][A-Z0-9]+)*")
_LONGEST = 63  # characters of a name of a host. Source: RFC 1035, 2.3.4
_DIGITS = 4  # more may be a number of a person


def is_everyday(key: str, value: str) -> bool:
    """Whether a field by its name and its value is about software.

    Keeps:   fails closed: both must say so. A digest has a letter and the form of one; a name is made of words of software alone,
             in small letters or in capitals, for `Main` may be a person, and so may `ruby`.
    """
    plain = re.sub(r"[^a-z0-9]", "", key.lower())
    if plain in _CODES:
        return any(form.fullmatch(value) for form in (_DIGEST, _BASE64_DIGEST, _TRACE))
    return (
        plain in _NAMES and len(value) <= _LONGEST and _WHOLE.fullmatch(value) is not None and _of_words(value.lower())
    )


def _of_words(value: str) -> bool:
    return (
        all(
            part in _WORDS
            or all(piece in _WORDS or (piece.isdigit() and len(piece) <= _DIGITS) for piece in _PIECE.findall(part))
            for part in re.split(r"[-_./:]", value)
        )
        and not value.replace(".", "").replace("-", "").isdigit()
    )
