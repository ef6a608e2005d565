"""Trailers: how a processor learns that a body has ended whose trailers Envoy keeps back until the head is answered.

Without trailers the last piece of a body says that it is the last. With them it does not, and the filter that asks us sends the trailers only after our
answer to the head, which waits for the end of the body. A filter before it sees the trailers come and calls us beside the stream,
with the size of the body: that call may come before the last piece, or before the head.
"""

from __future__ import annotations

from typing import Any

CALL = "x-veil-call"
SIZE = "x-veil-size"
METHOD = "Ended"
_CLUSTER = "veil"
# Each worker of Envoy has a state of Lua of its own: the address of a table in it tells one from another, the time an Envoy from the one before it.
_LUA = f"""
local worker, calls = tostring({{}}):sub(8), 0
function envoy_on_request(call)
  local headers = call:headers()
  headers:remove("{CALL}")
  if headers:get("content-length") ~= nil then return end
  calls = calls + 1
  local id = worker .. "-" .. calls .. "-" .. call:timestamp()
  headers:add("{CALL}", id)
  local size = 0
  for piece in call:bodyChunks() do size = size + piece:length() end
  if call:trailers() == nil then return end
  call:httpCall("{_CLUSTER}", {{
    [":method"] = "POST", [":path"] = "/%s/{METHOD}", [":authority"] = "{_CLUSTER}",
    ["content-type"] = "application/grpc", ["te"] = "trailers", ["{CALL}"] = id, ["{SIZE}"] = tostring(size),
  }}, "\\0\\0\\0\\0\\0", 1000, true)
end
"""


def watching(service: str) -> dict[str, Any]:
    """The filter. Shape: `service`: the name under which the processor is called."""
    return {
        "name": "veil.trailers",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua",
            "default_source_code": {"inline_string": (_LUA % service).strip() + "\n"},
        },
    }
