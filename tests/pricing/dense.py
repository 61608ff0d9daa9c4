"""Small price tables, thrown with dice, in which everything meets everything.

The tables of `strategies` hold every word of the notation but seldom two of them that touch. These have few
questions and low, round prices, so that packages pay or tie, tiers end where quantities do, bounds bite,
taxes begin and discounts take more than there is. They are text, written without `pricing/`.
"""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from typing import Any

DRIVERS = """
[driver.cells]
kind = "choice"
role = "cell_type"
label.en = "Cells"
choice.own.label.en = "Own"
choice.cord.label.en = "Cord"
choice.fat = {{ label.en = "Fat", offered = false, why.en = "Not here" }}
{cells}

[driver.sessions]
kind = "number"
role = "sessions"
label.en = "Sessions"
unit.en = {{ one = "session", other = "sessions" }}
least = {least}
most = 6
{sessions}

[driver.nights]
kind = "number"
role = "hospital_stay"
label.en = "Nights"
unit.en = "nights"
least = 0
most = 9.9
step = 0.5
{nights}

[driver.rehab]
kind = "yes_no"
role = "rehabilitation"
label.en = "Rehabilitation"
{rehab}

[driver.hours]
kind = "number"
role = "rehabilitation"
label.en = "Hours"
when = {{ rehab = true }}
least = 0
most = 12
step = 0.75
{hours}

[driver.arrival]
kind = "date"
role = "extras"
label.en = "Arrival"
unless = {{ cells = "cord", sessions = {{ least = 5 }} }}
default = 2026-03-01
"""
QUESTIONS = ("cells", "sessions", "nights", "rehab", "hours", "arrival")
NUMBERS = ("sessions", "nights", "hours")
ENDS = ["0.5", "1", "2", "3", "5", "5.5", "7", "10", "20"]


class Table:
    """One table under construction; `text` and `answers` are the outcome."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.unit = Decimal(self.dice.choice(["0.01", "0.01", "0.05", "0.25", "1", "10", "0.001"]))
        self.least = self.some(0, 1)
        self.groups: dict[str, str] = {}
        self.charges: dict[str, str] = {}
        self.percents: set[str] = set()
        self.prices: list[Decimal] = []
        self.text = "".join([self.header(), self.drivers(), self.sections()])
        self.answers = self.plan()

    def some(self, *chances: Any) -> Any:
        return self.dice.choice(chances)

    def sometimes(self, line: str, chance: float = 0.3) -> str:
        return line if self.dice.random() < chance else ""

    def header(self) -> str:
        minor = {"0.01": "USD", "1": "JPY", "0.001": "KWD"}.get(str(self.unit))
        currency = minor if minor and self.dice.random() < 0.7 else "INR"
        lines = (
            f'format = 1\ntable = "dense"\nversion = "1"\nvalid_from = 2026-01-01\ncurrency = "{currency}"\n'
        )
        if currency != minor:
            lines += f"round_to = {self.unit}{self.some('', '00') if '.' in str(self.unit) else ''}\n"
        lines += f'rounding = "{self.some("half-up", "half-even", "up", "down")}"\nlanguages = ["en"]\n'
        lines += 'title.en = "Dense"\ntime_zone = "UTC"\nprovider = { name = "Example", country = "IN" }\n'
        return lines + self.sometimes("demo = true\n")

    def drivers(self) -> str:
        def varies() -> str:
            parts = self.some(
                "less = 1", "more = 2", "less = 0.5, more = 1", "less = 9, more = 9", "more = 0.3"
            )
            return self.sometimes(f"varies = {{ {parts} }}\n", 0.5)

        self.open = {
            code for code in ("cells", "sessions", "nights", "rehab", "hours") if self.dice.random() < 0.12
        }

        def default(code: str, line: str) -> str:
            return "open = true\n" if code in self.open else self.sometimes(line)

        return DRIVERS.format(
            least=self.least,
            cells=default("cells", 'default = "own"'),
            sessions=varies() + default("sessions", "default = 3\n"),
            nights=varies() + default("nights", "default = 0\n"),
            hours=varies() + default("hours", "default = 1.5\n"),
            rehab=default("rehab", "default = false\n"),
        )

    # Conditions

    def condition(self) -> str:
        parts = {
            "cells": self.some('"own"', '"cord"', '["own", "cord"]', '"fat"'),
            "sessions": self.some("2", "{ least = 2 }", "{ most = 3 }", "{ least = 2, most = 4 }"),
            "nights": self.some("0", "{ least = 0.5 }", "{ most = 5 }"),
            "rehab": self.some("true", "false"),
            "hours": self.some("{ least = 0 }", "0", "{ most = 6 }"),
            "arrival": self.some(
                "{ months = [2, 3] }",
                "{ from = 2026-03-01 }",
                "{ to = 2026-03-01 }",
                "{ months = [3], from = 2026-03-02, to = 2026-03-31 }",
            ),
        }
        names = self.dice.sample(sorted(parts), self.some(1, 1, 1, 2))
        return "{ " + ", ".join(f"{name} = {parts[name]}" for name in names) + " }"

    def clauses(self, chance: float = 0.2) -> str:
        when = self.sometimes(f"when = {self.condition()}\n", chance)
        return when + self.sometimes(f"unless = {self.condition()}\n", chance / 2)

    # Amounts

    def money(self, least: int = -4, most: int = 40, parts: int = 1) -> str:
        """An amount in multiples of the unit, or of parts of it, or three of them."""

        def one() -> Decimal:
            return self.dice.randint(least * parts, most * parts) * self.unit * self.some(1, 1, 5, 20) / parts

        if self.dice.random() < 0.6:
            self.prices.append(one())
            return str(self.prices[-1])
        low, likely, high = sorted(one() for _ in range(3))
        return f"{{ low = {low}, likely = {likely}, high = {high} }}"

    def price(self, per: bool) -> str:
        kind = self.some("price", "price", "price", "graduated", "volume", "stairstep", "on_request")
        if kind == "on_request":
            return "on_request = true\n"
        if kind == "price":
            return f"price = {self.money(parts=8 if per else 1)}\n"
        ends = sorted(
            self.dice.sample(["0.5", "1", "2", "3", "5", "5.5", "7", "10", "20"], self.some(1, 2, 3)),
            key=float,
        )
        rows = []
        for number, end in enumerate(ends):
            is_open = number == len(ends) - 1 and self.dice.random() < 0.5
            row = [] if is_open else [f"up_to = {end}"]
            row.append(f"price = {self.money(parts=8)}")
            if kind != "stairstep" and self.dice.random() < 0.4:
                row.append(f"flat = {self.money()}")
            rows.append("{ " + ", ".join(row) + " }")
        return f"{kind} = [{', '.join(rows)}]\n"

    # Sections

    def sections(self) -> str:
        text = ""
        for code in ("care", "trip", "spare", "stay")[: self.some(1, 2, 3, 4)]:
            self.groups[code] = (
                "provider" if code in ("care", "stay") else self.some("provider", "others", "reserve")
            )
            text += f'[group.{code}]\nlabel.en = "{code}"\ntotal = "{self.groups[code]}"\n'
            text += self.sometimes('payee.en = "Somebody"\n')
        stages = ["before", "during", "after"][: self.some(0, 0, 1, 3)]
        text += "".join(f'[stage.{code}]\nlabel.en = "{code}"\n' for code in stages)

        def common(code: str) -> str:
            group = self.dice.choice(sorted(self.groups))
            self.charges[code] = group
            stage = self.sometimes(f'stage = "{self.dice.choice(stages)}"\n', 0.7) if stages else ""
            return f'label.en = "{code}"\ngroup = "{group}"\n{stage}{self.clauses()}'

        packages = [f"pack{number}" for number in range(self.some(0, 1, 2, 3))]
        charges = [f"c{number}" for number in range(self.dice.randint(2, 8))]
        for position, code in enumerate(charges):
            text += f"[charge.{code}]\n{common(code)}"
            if position and self.dice.random() < 0.25:
                names = self.dice.sample([*charges[:position], *packages, *self.groups], self.some(1, 2))
                of = ", ".join(f'"{name}"' for name in names)
                text += f"percent = {self.some('10', '-10', '7.5', '0', '{ low = -5, likely = 3, high = 12.5 }')}\n"
                text += f"of = [{of}]\n" + self.bounds()
                self.percents.add(code)
                continue
            per = self.dice.sample(NUMBERS, self.some(0, 1, 1, 2))
            if per:
                text += f"per = {per}\n" if len(per) > 1 or self.some(True, False) else f'per = "{per[0]}"\n'
            text += self.sometimes(f"times = {self.some('2', '0.5', '1.25', '3')}\n")
            text += self.sometimes(f"included = {self.some('1', '0.5', '3', '100')}\n")
            text += self.sometimes(f"block = {self.some('1', '2', '0.75', '10')}\n")
            text += self.price(bool(per)) + self.bounds()
        for code in packages:
            text += self.package(code, common(code))
        for number in range(self.some(0, 1, 2, 3)):
            text += self.tax(f"tax{number}")
        return text + self.payments() + self.notices() + self.rule()

    def bounds(self) -> str:
        """Bounds, of which the lower never reaches the upper."""
        least = self.sometimes(f"at_least = {self.money(-4, 10, parts=4)}\n", 0.2)
        parts = f"{{ low = {200 * self.unit}, likely = {201 * self.unit}, high = {300 * self.unit} }}"
        return least + self.sometimes(f"at_most = {self.some(parts, 250 * self.unit)}\n", 0.2)

    def package(self, code: str, common: str) -> str:
        plain = [name for name in self.charges if name.startswith("c") and name not in self.percents]
        names = self.dice.sample(plain, min(len(plain), self.some(1, 2, 3)))
        covers = ", ".join(
            f"{name} = {self.some('1', '2', '3.5', chr(34) + 'all' + chr(34))}" for name in names
        )
        return f"[package.{code}]\n{common}price = {self.money(-4, 20)}\ncovers = {{ {covers} }}\n"

    def tax(self, code: str) -> str:
        total = self.dice.choice(sorted(set(self.groups.values())))
        names = [name for name, kind in self.groups.items() if kind == total]
        names += [name for name, group in self.charges.items() if self.groups[group] == total]
        of = ", ".join(
            f'"{name}"' for name in self.dice.sample(names, min(len(names), self.some(1, 1, 2, 3)))
        )
        text = (
            f'[tax.{code}]\nlabel.en = "{code}"\npercent = {self.some("5", "12.5", "18", "0")}\nof = [{of}]\n'
        )
        text += self.sometimes(
            f"above = {self.dice.choice([*self.prices[-9:], self.unit, -self.unit])}\n", 0.5
        )
        return text + self.sometimes("included = true\n") + self.clauses(0.1)

    def payments(self) -> str:
        parts = self.some((), (("percent", 100),), (("percent", 50), ("percent", 50)))
        if parts and self.dice.random() < 0.6:
            parts = (("percent", "33.3"), ("percent", "0.05"), ("percent", "33.3"), ("percent", "33.35"))
        fixed = [("amount", self.dice.randint(0, 60) * self.unit) for _ in range(self.some(0, 1, 2))]
        order = [*parts, *fixed] if parts else []
        self.dice.shuffle(order)
        return "".join(
            f'[payment.p{number}]\nlabel.en = "p{number}"\ndue.en = "then"\n{key} = {value}\n'
            for number, (key, value) in enumerate(order)
        )

    def notices(self) -> str:
        kinds = ["not_included", "about_this_estimate", "risk"]
        return "".join(f'[notice.{kind}]\nkind = "{kind}"\ntext.en = "x"\n{self.clauses()}' for kind in kinds)

    def rule(self) -> str:
        return self.sometimes(f'[rule.no]\nwhy.en = "x"\nwhen = {self.condition()}\n', 0.05)

    # Answers

    def plan(self) -> dict[str, Any]:
        answers: dict[str, Any] = {
            "cells": self.some("own", "cord"),
            "sessions": self.some(self.least, 1, 2, 3, 5, 6),
            "nights": self.dice.randint(0, 19) * Decimal("0.5"),
            "rehab": self.some(True, False),
            "hours": self.dice.randint(0, 16) * Decimal("0.75"),
            "arrival": self.some("2026-03-01", "2026-03-02", date(2026, 2, 28), date(2026, 12, 31)),
        }
        if self.dice.random() < 0.2:
            answers["sessions"], answers["nights"] = str(self.least), "0"
        for name in NUMBERS:
            answers[name] = self.some(answers[name], str(answers[name]))
        for name in list(answers):
            if self.dice.random() < (0.5 if name in self.open else 0.06):
                del answers[name]
        if self.dice.random() < 0.06:
            wrong = self.some("fat", "10000000000000", "-1", "0.3", "x", True, 3, "2026-02-30", None)
            answers[self.dice.choice([*QUESTIONS, "unknown"])] = wrong
        return dict(self.dice.sample(list(answers.items()), len(answers)))
