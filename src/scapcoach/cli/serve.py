"""`scapcoach serve`: the coach in the browser, served by this computer for itself."""

from __future__ import annotations

import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from scapcoach.cli import options

if TYPE_CHECKING:
    from pathlib import Path

    from scapcoach.session.film import SessionFilm
    from scapcoach.web.worker import SessionFactories

_MEANS = """\
Listening on {host}: every computer that reaches this one can ask for the page. They need the key
in the address below to get in, but nothing between you and this computer is encrypted: who
listens on the network can read the key, the pictures and the measures. Browsers on other
computers give a page without encryption no camera; they can watch the camera of this one
(--source). Use it in a network you trust, and stop it when you are done."""


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8765, show_default=True, type=click.IntRange(0, 65535),
              help="Port to listen on; 0 for any that is free.")  # fmt: skip
@click.option(
    "--allow-network",
    is_flag=True,
    help="Consent to a --host that other computers can reach; what it means is printed.",
)
@click.option("--source", help="Use this computer's camera (number, name, address or file) in "
              "place of the browser's.")  # fmt: skip
@options.model
@options.estimator
@click.option(
    "--record/--no-record",
    default=True,
    help="Keep landmarks and measures of sessions, and write reports (default: yes).",
)
@options.record_video
@options.sessions
def command(host: str, port: int, source: str | None, sessions: Path, **chosen: Any) -> int:
    """Coach in the browser: the page is served by this computer, for this computer.

    Open the address that is printed. The browser asks whether the page may use the camera; its
    pictures go to this computer only, are looked at and, without --record-video, forgotten. Keys
    and buttons are those of `scapcoach live`, with a guided calibration, plots and past sessions.
    Ctrl-C stops it.

    \b
    Examples:
      scapcoach serve
      scapcoach serve --port 0 --no-record
      scapcoach serve --source 0 --record-video
    """  # noqa: D301 - click reads the \\b
    from scapcoach.sources.cameras import find_camera
    from scapcoach.web.server import is_loopback, need_extra, run_server
    from scapcoach.web.setup import page_setup

    need_extra()
    import cv2  # noqa: F401 - if it cannot be loaded, now is the time to say so, not with a page open

    if chosen["record_video"] and not chosen["record"]:
        raise click.UsageError("--record-video keeps a session: it does not go with --no-record.")
    if not is_loopback(host):
        if not chosen["allow_network"]:
            raise click.UsageError(
                f"--host {host} can be reached by other computers. Add --allow-network if that "
                "is what you want."
            )
        click.echo(_MEANS.format(host=host), err=True)
    if source is not None:
        find_camera(source)  # a wrong name is an error now, not when the page is opened
    factories = _factories(source, sessions, chosen)
    setup = partial(page_setup, camera=source is None, film=chosen["record_video"])
    with suppress(KeyboardInterrupt):  # Ctrl-C stops the server
        run_server(host, port, factories, setup, sessions, _announce)
    click.echo("Stopped.", err=True)
    return 0


def _announce(address: str) -> None:
    click.echo(f"Open {address}")
    click.echo("Ctrl-C stops the server.", err=True)


def _factories(source: str | None, sessions: Path, chosen: dict[str, Any]) -> SessionFactories:
    """The functions that make what a session in the browser needs."""
    from scapcoach.cli.sessions import open_film, open_session, session_head
    from scapcoach.pose.engines import open_engine
    from scapcoach.session.journal import session_folder
    from scapcoach.sources.camera import Camera
    from scapcoach.web.worker import SessionFactories

    girdle = chosen["estimator"]
    return SessionFactories(
        open_estimator=lambda: open_engine(chosen["model"]),
        begin_session=lambda stack, estimator, size, name, folder: open_session(
            stack, session_head(estimator, size, name, girdle_estimator=girdle), folder
        ),
        new_folder=lambda: session_folder(sessions, time.localtime()) if chosen["record"] else None,
        write_results=_close,
        girdle_estimator=girdle or options.DEFAULT_ESTIMATOR,
        open_camera=None if source is None else lambda: Camera(source),
        open_film=open_film if chosen["record_video"] else None,
    )


def _close(folder: Path, film: SessionFilm | None) -> dict[str, Any]:
    """Write a session's results, and return what the page shows about them."""
    from scapcoach.cli.sessions import report_film
    from scapcoach.errors import InputError
    from scapcoach.recording.sessions import close_session
    from scapcoach.web.past import session_card

    report_film(film)
    if film is not None and film.video.written:
        # It may take minutes: nobody should wait for it at the page.
        click.echo(f"To have it annotated in the report: scapcoach replay {folder}", err=True)
    try:
        close_session(folder, video=False)
    except InputError as error:
        return {"name": folder.name, "reports": [], "message": str(error)}
    return session_card(folder)
