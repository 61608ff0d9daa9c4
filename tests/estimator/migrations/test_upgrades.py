from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.pool import NullPool

from estimator import create_app, migrations
from estimator.config import Settings
from estimator.db import Base, db
from tests.support import postgresql
from tests.support.commands import environment, estimator

LAST_BEFORE_ADDITIVE = "0008"
"""The last revision before migrations had to say whether they only add."""

NEW_TABLE = """
op.create_table('half', sa.Column('id', sa.Integer(), primary_key=True))
with op.batch_alter_table('estimate') as estimate:
    estimate.add_column(sa.Column('remark', sa.Text(), nullable=False, server_default=''))
"""

NOTHING = "0 revisions were computed again. Everything is as it was issued.\n"

REVISIONS = [
    script.revision for script in reversed(list(ScriptDirectory(str(migrations.HERE)).walk_revisions()))
]

ROWS = """
INSERT INTO table_version (id, slug, version, valid_from, time_zone, text, sha256, created_at)
VALUES (7, 'example', '2026-1', '2026-01-01', 'UTC', '', 'a', '2026-03-10 12:00:00');
INSERT INTO estimate (id, reference, table_version_id, given, breakdown, language, valid_until, submission,
                      link_hash, link_serial, created_at)
VALUES (3, 'EST-AAAA-AAAA', 7, '{}', '{}', 'en', '2026-04-10', 's', 'h', 1, '2026-03-10 12:00:00');
INSERT INTO document (key, estimate_id, content, created_at) VALUES ('k', 3, '', '2026-03-10 12:00:00');
"""


@pytest.fixture
def postgresql_url(request: pytest.FixtureRequest, postgresql_server: str) -> Iterator[str]:
    """Return the address of a database with nothing in it, unless it is `up_to_date`: migrations are tested here."""
    if "up_to_date" in request.fixturenames:
        made = postgresql.new_database(postgresql_server, request.getfixturevalue("kept_database").TEMPLATE)
    else:
        made = postgresql.new_database(postgresql_server)
    with made as url:
        yield url


@pytest.fixture
def up_to_date(database_url: str, set_up: Callable[[str], None]) -> None:
    """Let a test begin with all tables, as migrations made them once: for one that is about what comes after."""
    set_up(database_url)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Return an engine on a database with nothing in it."""
    engine = create_engine(database_url, poolclass=NullPool)
    yield engine
    engine.dispose()


@pytest.fixture
def next_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that adds a revision after the newest one, with these lines as its upgrade."""
    folder = tmp_path / "versions"
    folder.mkdir()
    plain = migrations._config

    def config() -> Config:
        found = plain()
        versions = migrations.HERE / "versions"
        found.set_main_option("version_locations", f"{versions}:{folder}".replace("%", "%%"))
        return found

    def write(lines: str, *, additive: bool = False, on: pytest.MonkeyPatch = monkeypatch) -> None:
        on.setattr(migrations, "_config", config)
        body = "".join(f"    {line}\n" for line in lines.strip().splitlines())
        (folder / "next.py").write_text(
            "import sqlalchemy as sa\nfrom alembic import op\n"
            f"revision = 'next'\ndown_revision = '{REVISIONS[-1]}'\nadditive = {additive}\n"
            f"def upgrade():\n{body}\ndef downgrade():\n    pass\n"
        )

    return write


def shape(engine: Engine) -> dict[str, Any]:
    """Everything that the database itself says about its tables."""
    looking = inspect(engine)
    names = set(looking.get_table_names()) - {"alembic_version"}
    found: dict[str, Any] = {name: {} for name in names}
    for part, asked, said in (
        ("columns", looking.get_multi_columns, _column),
        ("key", looking.get_multi_pk_constraint, repr),
        ("references", looking.get_multi_foreign_keys, repr),
        ("unique", looking.get_multi_unique_constraints, repr),
        ("indexes", looking.get_multi_indexes, _index),
        ("checks", looking.get_multi_check_constraints, repr),
    ):
        for (_schema, name), told in asked().items():
            if name in names:
                found[name][part] = sorted(map(said, told)) if isinstance(told, list) else said(told)
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            made = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'"))
            for name, statement in made:
                if name in names:
                    found[name]["autoincrement"] = "AUTOINCREMENT" in statement
    return found


def _column(found: Any) -> str:
    return repr((found["name"], str(found["type"]), found["nullable"], str(found["default"])))


def _index(found: Any) -> str:
    options = {name: str(value) for name, value in found.get("dialect_options", {}).items()}
    return repr({**found, "dialect_options": options})


def fill(url: str, engine: Engine) -> None:
    """Make the first tables, and a row in each of them; the later steps have to carry these on."""
    migrations.upgrade(url, REVISIONS[0])
    with engine.begin() as connection:
        for statement in ROWS.split(";"):
            if statement.strip():
                connection.exec_driver_sql(statement)


def counts(engine: Engine) -> list[int]:
    with engine.connect() as connection:
        return [
            connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()
            for table in ("table_version", "estimate", "document")
        ]


@pytest.mark.long
def test_the_migrated_tables_are_those_of_the_models(database_url: str, engine: Engine) -> None:
    migrations.upgrade(database_url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    migrated = shape(engine)
    migrations.downgrade(database_url, "base")
    assert shape(engine) == {}
    Base.metadata.create_all(engine)
    assert shape(engine) == migrated


@pytest.mark.long
def test_every_step_can_be_taken_back_and_taken_again(database_url: str, engine: Engine) -> None:
    before = shape(engine)
    for number, revision in enumerate(REVISIONS):
        migrations.upgrade(database_url, revision)
        after = shape(engine)
        migrations.downgrade(database_url, REVISIONS[number - 1] if number else "base")
        assert shape(engine) == before
        migrations.upgrade(database_url, revision)
        assert shape(engine) == after
        before = after


@pytest.mark.long
def test_migrating_twice_changes_nothing(database_url: str, engine: Engine) -> None:
    fill(database_url, engine)
    migrations.upgrade(database_url)
    before = shape(engine)
    migrations.upgrade(database_url)
    assert shape(engine) == before
    assert counts(engine) == [1, 1, 1]


@pytest.mark.long
def test_versions_that_were_there_before_lists_belong_to_one(database_url: str, engine: Engine) -> None:
    fill(database_url, engine)
    migrations.upgrade(database_url)
    with engine.connect() as connection:
        lists = connection.exec_driver_sql("SELECT slug, closed_at FROM price_list").fetchall()
        told = connection.exec_driver_sql("SELECT slug, examples, published_by FROM table_version").fetchall()
    assert [tuple(row) for row in lists] == [("example", None)]
    assert [tuple(row) for row in told] == [("example", "[]", "command line")]
    migrations.downgrade(database_url, "0002")
    assert counts(engine) == [1, 1, 1]


def test_making_a_table_anew_keeps_what_refers_to_it(
    database_url: str, engine: Engine, next_revision: Callable[[str], None]
) -> None:
    fill(database_url, engine)
    migrations.upgrade(database_url)
    next_revision(
        """
for table in ("table_version", "estimate"):
    with op.batch_alter_table(table, recreate="always") as batch:
        batch.add_column(sa.Column("remark", sa.Text(), nullable=True))
"""
        if engine.dialect.name == "sqlite"
        else 'op.add_column("estimate", sa.Column("remark", sa.Text(), nullable=True))'
    )
    migrations.upgrade(database_url)
    assert counts(engine) == [1, 1, 1]
    assert "remark" in {column["name"] for column in inspect(engine).get_columns("estimate")}
    with engine.connect() as connection:
        assert migrations.revision(connection) == "next"


@pytest.mark.long
@pytest.mark.parametrize(
    "mishap",
    [
        "raise RuntimeError('no electricity')",
        "op.execute('UPDATE document SET estimate_id = 99')",
    ],
)
def test_a_step_that_fails_leaves_the_database_as_it_was(
    database_url: str, engine: Engine, next_revision: Callable[[str], None], mishap: str
) -> None:
    fill(database_url, engine)
    migrations.upgrade(database_url)
    before = shape(engine)
    next_revision(
        "op.create_table('half', sa.Column('id', sa.Integer(), primary_key=True))\n"
        "op.execute('DELETE FROM document WHERE estimate_id <> 3')\n" + mishap
    )
    with pytest.raises(Exception, match=r"no electricity|refer to nothing|violates foreign key"):
        migrations.upgrade(database_url)
    assert shape(engine) == before
    assert counts(engine) == [1, 1, 1]
    with engine.connect() as connection:
        assert migrations.revision(connection) == REVISIONS[-1]


@pytest.mark.long
def test_two_processes_may_migrate_at_the_same_moment(database_url: str, engine: Engine) -> None:
    with engine.connect():  # the file is there before both of them open it
        pass
    script = f"from estimator import migrations; raise SystemExit(migrations.upgrade({database_url!r}))"

    def run(_number: int) -> int:
        return estimator(before=script)[0]

    with ThreadPoolExecutor(3) as processes:
        assert list(processes.map(run, range(3))) == [0, 0, 0]
    migrations.must_be_current(engine)


def test_the_app_does_not_start_on_a_database_that_is_not_set_up(settings: Settings) -> None:
    with pytest.raises(migrations.WrongRevision) as refused:
        create_app(settings)
    assert str(refused.value) == "The database has not been set up yet. Run `estimator prepare`."


@pytest.mark.usefixtures("up_to_date")
def test_the_app_does_not_start_on_a_database_that_is_behind(
    settings: Settings, next_revision: Callable[[str], None]
) -> None:
    next_revision("pass")
    with pytest.raises(migrations.WrongRevision, match="belongs to an older version") as refused:
        create_app(settings)
    assert "`estimator prepare`" in str(refused.value)


@pytest.mark.usefixtures("up_to_date")
def test_the_app_does_not_start_on_a_database_of_a_newer_version(settings: Settings, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999', works_from = '9998'")
    for use in (create_app, lambda settings: migrations.upgrade(settings.database_url)):
        with pytest.raises(migrations.WrongRevision, match=r"belongs to a newer version .*9999"):
            use(settings)


@pytest.mark.usefixtures("up_to_date")
def test_the_app_does_not_start_on_a_newer_database_that_does_not_say_which_versions_work_with_it(
    settings: Settings, engine: Engine
) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        connection.exec_driver_sql("ALTER TABLE alembic_version DROP COLUMN works_from")
    with pytest.raises(migrations.WrongRevision, match="belongs to a newer version"):
        create_app(settings)


# Several machines, one after the other --------------------------------------------------------------------------


def marks(engine: Engine) -> tuple[str, str]:
    """Return the revision of a database and the oldest one whose programs work with it."""
    with engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT version_num, works_from FROM alembic_version").one()
    return found[0], found[1]


@pytest.mark.long
@pytest.mark.parametrize(("additive", "starts"), [(True, True), (False, False)])
@pytest.mark.usefixtures("up_to_date")
def test_an_older_program_starts_again_on_a_newer_database_if_nothing_was_taken_from_it(
    settings: Settings,
    engine: Engine,
    next_revision: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    additive: bool,
    starts: bool,
) -> None:
    assert marks(engine) == (REVISIONS[-1], migrations.works_from(REVISIONS[-1]))
    with monkeypatch.context() as newer:
        next_revision(NEW_TABLE, additive=additive, on=newer)
        migrations.upgrade(settings.database_url)
    assert marks(engine) == ("next", migrations.works_from(REVISIONS[-1]) if additive else "next")
    for name, value in environment(settings).items():
        monkeypatch.setenv(name, value)
    code, output, errors = estimator("verify", "--all")
    if not starts:
        assert (code, output) == (2, "")
        assert "belongs to a newer version of the app (its revision is next)" in errors
        return
    assert (code, output, errors) == (0, NOTHING, "")
    assert estimator("prepare")[0] == 0
    assert marks(engine)[0] == "next", "an older program leaves a newer database as it is"
    app = create_app(settings)
    answers = app.test_client().get("/readyz").get_json()
    app.extensions["jobs"].close()
    with app.app_context():
        db.engine.dispose()
    assert answers["checks"]["revision"] == "ok"


@pytest.mark.usefixtures("up_to_date")
def test_a_database_of_the_day_before_it_said_so_is_marked_by_preparing_it(
    database_url: str, engine: Engine
) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE alembic_version DROP COLUMN works_from")
    migrations.upgrade(database_url)
    assert marks(engine) == (REVISIONS[-1], migrations.works_from(REVISIONS[-1]))


@pytest.mark.long
@pytest.mark.parametrize("revision", [one for one in REVISIONS if one > LAST_BEFORE_ADDITIVE])
def test_a_migration_takes_nothing_from_the_programs_of_the_revision_before(
    database_url: str, engine: Engine, revision: str
) -> None:
    """Or it says `additive = False`, and the notes of its version that all machines stop for it."""
    script = ScriptDirectory(str(migrations.HERE)).get_revision(revision)
    assert isinstance(getattr(script.module, "additive", None), bool), "say additive = True, or False"
    migrations.upgrade(database_url, str(script.down_revision))
    before = shape(engine)
    migrations.upgrade(database_url, revision)
    found = taken(before, shape(engine))
    assert not found or not script.module.additive, found


@pytest.mark.long
@pytest.mark.parametrize(
    ("lines", "what"),
    [
        ("op.drop_table('document')", "document: is gone"),
        ("op.rename_table('document', 'paper')", "document: is gone"),
        ("with op.batch_alter_table('rate') as rate: rate.drop_column('source')", "rate.source: is gone"),
        (
            "with op.batch_alter_table('rate') as rate: rate.alter_column('source', new_column_name='said_by')",
            "rate.source: is gone",
        ),
        (
            "with op.batch_alter_table('rate') as rate: "
            "rate.add_column(sa.Column('more', sa.Text(), nullable=False))",
            "rate.more: must be filled",
        ),
        (
            "with op.batch_alter_table('rate') as rate: "
            "rate.add_column(sa.Column('more', sa.Text(), nullable=False, server_default=''))",
            None,
        ),
        ("op.add_column('rate', sa.Column('more', sa.Text(), nullable=True))", None),
        (
            "with op.batch_alter_table('mail') as mail: mail.alter_column('words', nullable=False)",
            "mail.words: is another column",
        ),
        ("op.create_index('once', 'rate', ['day'], unique=True)", "rate: is stricter"),
        ("op.create_index('fast', 'rate', ['day'])", None),
        (
            "with op.batch_alter_table('draft_save') as save: "
            "save.create_unique_constraint('more', ['draft_id', 'number', 'saved_by'])",
            None,
        ),
        (
            "with op.batch_alter_table('draft_save') as save: save.create_unique_constraint('less', ['draft_id'])",
            "draft_save: is stricter",
        ),
        (
            "with op.batch_alter_table('rate') as rate: rate.create_check_constraint('long', \"source <> ''\")",
            "rate: is stricter",
        ),
        ("op.create_table('more', sa.Column('id', sa.Integer(), primary_key=True))", None),
    ],
)
@pytest.mark.usefixtures("up_to_date")
def test_what_takes_something_away_is_seen(
    database_url: str, engine: Engine, next_revision: Callable[..., None], lines: str, what: str | None
) -> None:
    before = shape(engine)
    next_revision(lines, additive=True)
    migrations.upgrade(database_url)
    found = taken(before, shape(engine))
    assert what in found if what else found == []


def taken(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Return everything that a program which knows the tables of `before` would miss, or be refused, in `after`."""
    found = []
    for name, table in before.items():
        if name not in after:
            found.append(f"{name}: is gone")
            continue
        columns, now = (
            {column[0]: column for column in map(ast.literal_eval, one["columns"])}
            for one in (table, after[name])
        )
        found += [f"{name}.{column}: is gone" for column in columns if column not in now]
        found += [
            f"{name}.{column}: is another column"
            for column in columns
            if column in now and columns[column] != now[column]
        ]
        found += [
            f"{name}.{column}: must be filled"
            for column, (_name, _type, nullable, default) in now.items()
            if column not in columns and not nullable and default == "None"
        ]
        rules, rules_now = rules_of(table), rules_of(after[name])
        gone = {column for column in columns if column not in now}
        if rules_now - rules - weaker(table, after[name]) and not gone:
            found.append(f"{name}: is stricter")
    return found


def weaker(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    """Return the rules that something is there once which follow from one of before, for fewer of the same columns."""
    once = [set(ast.literal_eval(rule)["column_names"]) for rule in before["unique"]]
    return {
        rule
        for rule in (*after["unique"], *after["indexes"])
        if any(columns <= set(ast.literal_eval(rule)["column_names"]) for columns in once)
    }


def rules_of(table: dict[str, Any]) -> set[str]:
    """Return what a row of a table must keep to, besides its columns."""
    unique = {index for index in table["indexes"] if "'unique': True" in index or "'unique': 1" in index}
    return {repr(table["key"]), *table["references"], *table["unique"], *table["checks"], *unique}


def test_revisions_are_one_numbered_line() -> None:
    assert [revision for revision in REVISIONS if re.fullmatch(r"[0-9]{4}", revision)] == REVISIONS
    assert [f"{number:04}" for number in range(1, len(REVISIONS) + 1)] == REVISIONS
    assert ScriptDirectory(str(migrations.HERE)).get_heads() == REVISIONS[-1:]
