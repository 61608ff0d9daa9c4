"""Every action that the code writes into the audit trail, read from the code itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import product
from pathlib import Path

Function = ast.FunctionDef | ast.AsyncFunctionDef


class NotKnown(AssertionError):
    """It cannot be read from the code what is written there."""


class Module:
    """A module of ours, and what stands in it."""

    def __init__(self, path: Path) -> None:
        self.path, self.tree = path, ast.parse(path.read_text(encoding="utf-8"))
        self.around: dict[ast.AST, Function] = {}
        for function in ast.walk(self.tree):
            if isinstance(function, Function):
                self.around |= dict.fromkeys(ast.walk(function), function)

    def actions(self) -> Iterator[str]:
        """Yield what is written as an action; raises NotKnown."""
        for call in self._calls("audit.add"):
            yield from self._words(call.args[1], call)

    def _calls(self, name: str) -> Iterator[ast.Call]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == name:
                yield node

    def _words(self, said: ast.expr, where: ast.AST) -> set[str]:
        """Return every word that an expression can stand for."""
        match said:
            case ast.Constant(value=str(word)):
                return {word}
            case ast.IfExp():
                return self._words(said.body, where) | self._words(said.orelse, where)
            case ast.JoinedStr():
                parts = [
                    self._words(part.value if isinstance(part, ast.FormattedValue) else part, where)
                    for part in said.values
                ]
                return {"".join(each) for each in product(*parts)}
            case ast.Name() if where in self.around:
                return self._argument(self.around[where], said.id)
        raise NotKnown(f"{self.path}:{said.lineno}: {ast.unparse(said)}")

    def _argument(self, function: Function, name: str) -> set[str]:
        """Return what an argument of a function can be: what its annotation, its address or its callers say."""
        arguments = [*function.args.args, *function.args.kwonlyargs]
        places = {argument.arg: number for number, argument in enumerate(arguments)}
        if name not in places:
            raise NotKnown(f"{self.path}:{function.lineno}: {name}")
        if words := _literals(arguments[places[name]].annotation):
            return words
        for route in ast.walk(ast.Module(list(map(ast.Expr, function.decorator_list)), [])):
            if isinstance(route, ast.Constant) and f":{name}>" in str(route.value):
                kinds = str(route.value).partition(f":{name}>")[0].rpartition("<any(")[2]
                return {word.strip() for word in kinds.rstrip(")").split(",")}
        found = self._default(function, name)
        for call in self._calls(function.name):
            given = {str(each.arg): each.value for each in call.keywords}
            given |= {argument.arg: value for argument, value in zip(arguments, call.args, strict=False)}
            if name in given:
                found |= self._words(given[name], call)
        if not found:
            raise NotKnown(f"{self.path}:{function.lineno}: nobody calls {function.name}")
        return found

    def _default(self, function: Function, name: str) -> set[str]:
        for argument, value in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True):
            if argument.arg == name and value is not None:
                return self._words(value, function)
        return set()


def _literals(note: ast.expr | None) -> set[str]:
    if isinstance(note, ast.Subscript) and ast.unparse(note.value) == "Literal":
        return {str(part.value) for part in ast.walk(note.slice) if isinstance(part, ast.Constant)}
    return set()


def written(folder: Path) -> set[str]:
    """Return every action that the modules of a folder write; raises NotKnown."""
    paths = [path for path in sorted(folder.rglob("*.py")) if "audit.add(" in path.read_text("utf-8")]
    return {action for path in paths for action in Module(path).actions()}
