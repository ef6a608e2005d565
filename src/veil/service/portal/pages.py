"""Pages: the portal's own, as files of the package; nothing is made from what a visitor says."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import fastapi_offline
from fastapi import APIRouter, HTTPException
from fastapi.responses import FileResponse

from veil.reports.page import SHEET

FOLDER = Path(__file__).parent / "pages"
_SWAGGER = Path(fastapi_offline.__file__).parent / "static"
_PAGES = {
    "/sign-in": "entry",
    "/setup": "entry",
    "/invite": "entry",
    "/new-password": "entry",
    "/password": "password",
    "/files": "files",
    "/people": "people",
    "/review": "review",
}


def pages_router() -> APIRouter:
    """The pages to sign in to, of files and of people."""
    router = APIRouter(include_in_schema=False)
    for path, name in _PAGES.items():
        router.add_api_route(path, _page(FOLDER / f"{name}.html"), methods=["GET"], response_class=FileResponse)
    return router


def files_router() -> APIRouter:
    """What pages need: scripts, the design, pictures, and the files of the API page."""
    router = APIRouter(include_in_schema=False)
    served = [SHEET, *FOLDER.iterdir(), *_SWAGGER.iterdir()]
    by_name = {file.name: file for file in served if file.suffix in (".css", ".js", ".svg", ".png")}

    @router.get("/pages/{name}", response_class=FileResponse)
    async def page(name: str) -> FileResponse:
        if name not in by_name:
            raise HTTPException(404, "there is no such page")
        return FileResponse(by_name[name])

    return router


def _page(file: Path) -> Callable[[], Awaitable[FileResponse]]:
    async def page() -> FileResponse:
        return FileResponse(file)

    return page
