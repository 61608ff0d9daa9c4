"""The heartbeat of a worker: a thread that says in the database, several times a minute, that the process lives."""

from __future__ import annotations

import logging
import threading

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from estimator.db import db
from estimator.operations import heartbeats
from estimator.processes import hindrances, task

logger = logging.getLogger(__name__)


class Heartbeat:
    """The heartbeat of this process, from `start` to `stop`."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._name = heartbeats.new_name()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="heartbeat")

    def start(self) -> None:
        """Beat from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Stop, and leave no sign of life behind."""
        self._ended.set()
        self._thread.join(heartbeats.EVERY)

    def _run(self) -> None:
        while not self._ended.is_set():
            well = self._in_database(beats=True)
            # A database that was away hears of this worker as soon as it is there again.
            self._ended.wait(heartbeats.EVERY if well else heartbeats.TRIED_AGAIN)
        self._in_database(beats=False)

    def _in_database(self, *, beats: bool) -> bool:
        """Write down a sign of life, or take it back; whether that worked."""
        with self._app.app_context():
            try:
                if beats:
                    length = task.jobs_of(self._app).length()
                    heartbeats.beat(self._name, task.now(), length)
                else:
                    heartbeats.end(self._name)
                db.session.commit()
                hindrances.of(self._app).written()
                return True
            except SQLAlchemyError:
                # The work itself says in the log that the database is away; silence says it to everybody else.
                logger.debug("no heartbeat", exc_info=True)
                return False
            finally:
                db.session.remove()
