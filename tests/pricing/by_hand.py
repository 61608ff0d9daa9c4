"""The arithmetic of docs/notation.md once more, as plainly as it can be written, to compare the engine with.

It shares no code with `pricing/`: it takes the TOML data of a table as they stand, counts in fractions, works
every case out from the beginning and every package in full. It knows nothing of refused tables.
"""

from __future__ import annotations

import hashlib
import math
import re
import tomllib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

CASES = ("low", "likely", "high")
TOTALS = ("provider", "others", "reserve")
MINOR_UNIT = {"USD": "0.01", "INR": "0.01", "JPY": "1", "KWD": "0.001"}
HALF = Fraction(1, 2)

Row = dict[str, Any]


class Refused(Exception):
    """Answers that cannot be priced: `drivers` are those of the problems, in their order."""

    def __init__(self, drivers: list[str]) -> None:
        self.drivers = drivers
        super().__init__(", ".join(drivers))


def price(text: str, answers: dict[str, Any], canonical: str) -> Row:
    """Return the breakdown of a plan under the table that a text describes; raises Refused."""
    sha256 = hashlib.sha256(canonical.encode()).hexdigest()
    return {**ByHand(text, answers).breakdown(), "table_sha256": sha256}


def number_text(number: Fraction) -> str:
    """Plain decimal text without trailing zeros."""
    for places in range(80):
        if (number * 10**places).denominator == 1:
            digits = str(abs(number.numerator * 10**places // number.denominator)).rjust(places + 1, "0")
            whole, rest = digits[: len(digits) - places], digits[len(digits) - places :]
            return ("-" if number < 0 else "") + whole + ("." + rest if places else "")
    raise AssertionError(f"{number} is no decimal")


class ByHand:
    def __init__(self, text: str, answers: dict[str, Any]) -> None:
        self.data = tomllib.loads(text, parse_float=Fraction)
        self.unit = Fraction(self.data.get("round_to", Fraction(MINOR_UNIT[self.data["currency"]])))
        self.places = next(n for n in range(40) if (self.unit * 10**n).denominator == 1)
        self.left_open: list[str] = []
        self.values = self.checked(answers)

    def part(self, kind: str) -> dict[str, Row]:
        return self.data.get(kind, {})

    # Amounts

    def rounded(self, exact: Fraction) -> Fraction:
        size = abs(exact) / self.unit
        down = math.floor(size)
        rest = size - down
        up = {
            "half-up": rest >= HALF,
            "half-even": rest > HALF or (rest == HALF and down % 2 == 1),
            "up": rest > 0,
            "down": False,
        }[self.data.get("rounding", "half-up")]
        return (down + up) * self.unit * (-1 if exact < 0 else 1)

    def money(self, amount: Fraction | None) -> str | None:
        if amount is None:
            return None
        units = amount * 10**self.places
        assert units.denominator == 1
        digits = str(abs(units.numerator)).rjust(self.places + 1, "0")
        if self.places:
            digits = digits[: -self.places] + "." + digits[-self.places :]
        return "-" + digits if amount < 0 else digits

    def three(self, amounts: list[Fraction | None]) -> Row:
        return dict(zip(CASES, map(self.money, amounts), strict=True))

    @staticmethod
    def in_case(amount: Any, case: str) -> Fraction:
        return Fraction(amount[case] if isinstance(amount, dict) else amount)

    # Answers and conditions

    def checked(self, answers: dict[str, Any]) -> Row:
        values: Row = {}
        wrong = []
        for code, driver in self.part("driver").items():
            if not self.applies(driver, values):
                continue
            if driver.get("open") and answers.get(code) is None:
                self.left_open.append(code)
                continue
            value = self.value(driver, answers.get(code))
            if value is None:
                wrong.append(code)
            else:
                values[code] = value
        wrong += [code for code in answers if code not in self.part("driver")]
        if not wrong:
            for rule in self.part("rule").values():
                if self.applies(rule, values):
                    names = {**rule.get("when", {}), **rule.get("unless", {})}
                    wrong.append([code for code in self.part("driver") if code in names][-1])
        if wrong:
            raise Refused(wrong)
        return values

    def value(self, driver: Row, given: Any) -> Any:
        """The value of an answer; None if it is refused."""
        if given is None:
            default = driver.get("default")
            return Fraction(default) if driver["kind"] == "number" and default is not None else default
        if driver["kind"] == "choice":
            choice = driver["choice"].get(given) if isinstance(given, str) else None
            return given if choice is not None and choice.get("offered", True) else None
        if driver["kind"] == "yes_no":
            return given if isinstance(given, bool) else None
        if driver["kind"] == "date":
            try:
                return given if isinstance(given, date) else date.fromisoformat(str(given))
            except ValueError:
                return None
        if isinstance(given, (bool, float)) or not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", str(given)):
            return None
        number = Fraction(given)
        step = MINOR_UNIT[self.data["currency"]] if driver.get("money") else 1
        steps = (number - driver["least"]) / Fraction(driver.get("step", step))
        good = driver["least"] <= number <= driver["most"] and steps.denominator == 1
        return number if good else None

    def applies(self, entry: Row, values: Row) -> bool:
        return ("when" not in entry or self.holds(entry["when"], values)) and not (
            "unless" in entry and self.holds(entry["unless"], values)
        )

    def holds(self, condition: Row, values: Row) -> bool:
        return all(
            code in values and self.passes(self.part("driver")[code]["kind"], wanted, values[code])
            for code, wanted in condition.items()
        )

    @staticmethod
    def passes(kind: str, wanted: Any, value: Any) -> bool:
        if kind == "choice":
            return value in (wanted if isinstance(wanted, list) else [wanted])
        if kind == "yes_no":
            return value == wanted
        if kind == "number":
            if not isinstance(wanted, dict):
                return value == wanted
            return wanted.get("least", value) <= value <= wanted.get("most", value)
        return value.month in wanted.get("months", range(1, 13)) and wanted.get(
            "from", value
        ) <= value <= wanted.get("to", value)

    def matters(self, code: str) -> bool:
        """Whether a charge or package depends on a driver, itself or by way of another driver."""
        priced = [*self.part("charge").values(), *self.part("package").values()]
        if any(self.names(code, entry) or code in self.per(entry) for entry in priced):
            return True
        return any(
            self.matters(other) for other, driver in self.part("driver").items() if self.names(code, driver)
        )

    @staticmethod
    def names(code: str, entry: Row) -> bool:
        return code in entry.get("when", {}) or code in entry.get("unless", {})

    # Quantities

    def number(self, code: str, case: str) -> Fraction:
        if code not in self.values:
            return Fraction(0)
        driver, number = self.part("driver")[code], self.values[code]
        varies = driver.get("varies", {})
        if case == "low":
            number = max(number - varies.get("less", 0), Fraction(driver["least"]))
        if case == "high":
            number = min(number + varies.get("more", 0), Fraction(driver["most"]))
        return Fraction(number)

    @staticmethod
    def per(charge: Row) -> list[str]:
        per = charge.get("per", [])
        return [per] if isinstance(per, str) else per

    def quantity(self, charge: Row, case: str) -> Fraction:
        return Fraction(charge.get("times", 1)) * math.prod(
            self.number(code, case) for code in self.per(charge)
        )

    # One case with one package

    def case(self, case: str, package: str | None) -> dict[str, Row]:
        """What stands in the plan, in order: quantity, billed, amount and, of percents, base of each item."""
        found: dict[str, Row] = {}
        covers: Row = {}
        if package is not None:
            entry = self.part("package")[package]
            amount = self.rounded(self.in_case(entry["price"], case))
            found[package] = {"quantity": Fraction(1), "billed": Fraction(1), "amount": amount}
            covers = entry["covers"]
        for code, charge in self.part("charge").items():
            if not self.applies(charge, self.values):
                continue
            if "percent" in charge:
                base = sum(
                    (found[name]["amount"] or 0 for name in self.named(charge["of"], found)), Fraction(0)
                )
                if base:
                    amount = base * self.in_case(charge["percent"], case) / 100
                    found[code] = {
                        "quantity": Fraction(1),
                        "billed": Fraction(1),
                        "base": base,
                        "amount": self.rounded(self.bounded(charge, amount, case)),
                    }
            elif quantity := self.quantity(charge, case):
                billed = max(Fraction(0), quantity - charge.get("included", 0))
                if code in covers:
                    billed = Fraction(0) if covers[code] == "all" else max(Fraction(0), billed - covers[code])
                if "block" in charge:
                    billed = Fraction(math.ceil(billed / charge["block"]))
                found[code] = {
                    "quantity": quantity,
                    "billed": billed,
                    "amount": self.amount(charge, billed, case),
                }
        return found

    def named(self, of: list[str], found: dict[str, Row]) -> list[str]:
        """The items, among those found so far, that a list of names means; each once."""
        groups = {**self.part("charge"), **self.part("package")}
        return [code for code in found if code in of or groups[code]["group"] in of]

    def amount(self, charge: Row, billed: Fraction, case: str) -> Fraction | None:
        if billed == 0:
            return Fraction(0)
        if "on_request" in charge:
            return None
        if "price" in charge:
            exact = billed * self.in_case(charge["price"], case)
        else:
            tiers = self.tiers(charge, billed, case)
            if not tiers:
                return None
            exact = sum((tier["amount"] for tier in tiers), Fraction(0))
        return self.rounded(self.bounded(charge, exact, case))

    def tiers(self, charge: Row, billed: Fraction, case: str) -> list[Row]:
        """The tiers that are used; none if the quantity lies beyond the last."""
        mode = next(mode for mode in ("graduated", "volume", "stairstep") if mode in charge)
        rows = []
        above = Fraction(0)
        for tier in charge[mode]:
            end = tier.get("up_to", math.inf)
            rows.append((above, end, tier))
            above = end
        if billed > above:
            return []
        used = []
        for start, end, tier in rows:
            inside = billed > start if mode == "graduated" else start < billed <= end
            if not inside:
                continue
            units = Fraction(min(billed, end)) - start if mode == "graduated" else billed
            each = self.in_case(tier["price"], case)
            flat = self.in_case(tier["flat"], case) if "flat" in tier else None
            amount = each if mode == "stairstep" else units * each + (flat or 0)
            used.append(
                {
                    "kind": "tier",
                    "mode": mode,
                    "from": start,
                    "up_to": None if end == math.inf else Fraction(end),
                    "quantity": units,
                    "price": each,
                    "flat": flat,
                    "amount": amount,
                }
            )
        return used

    def bounded(self, charge: Row, amount: Fraction, case: str) -> Fraction:
        if "at_least" in charge:
            amount = max(amount, self.in_case(charge["at_least"], case))
        if "at_most" in charge:
            amount = min(amount, self.in_case(charge["at_most"], case))
        return amount

    # Taxes and totals

    def total_of(self, code: str) -> str:
        entry = self.part("charge").get(code) or self.part("package").get(code)
        group = code if entry is None else entry["group"]
        return self.part("group")[group].get("total", "provider")

    def taxes(self, found: dict[str, Row]) -> dict[str, tuple[Fraction, Fraction]]:
        """Base and amount of every tax that applies, on these items."""
        result = {}
        for code, tax in self.part("tax").items():
            if not self.applies(tax, self.values):
                continue
            base = Fraction(0)
            for name in self.named(tax["of"], found):
                amount, billed = found[name]["amount"], found[name]["billed"]
                if amount is None or billed == 0:
                    continue
                if "above" not in tax or amount / billed > tax["above"]:
                    base += amount
            percent = Fraction(tax["percent"])
            share = percent / (100 + percent) if tax.get("included") else percent / 100
            result[code] = (base, self.rounded(base * share))
        return result

    def totals(self, found: dict[str, Row]) -> dict[str, Fraction]:
        sums = dict.fromkeys(TOTALS, Fraction(0))
        for code, item in found.items():
            sums[self.total_of(code)] += item["amount"] or 0
        for code, (_, amount) in self.taxes(found).items():
            tax = self.part("tax")[code]
            if not tax.get("included"):
                sums[self.total_of(tax["of"][0])] += amount
        return {**sums, "total": sums["provider"] + sums["others"]}

    def cheapest(self) -> tuple[str | None, Fraction | None]:
        def likely_sum(package: str | None) -> Fraction:
            totals = self.totals(self.case("likely", package))
            return totals["provider"] + totals["others"] + totals["reserve"]

        standing = self.case("likely", None)
        sums: dict[str | None, Fraction] = {None: likely_sum(None)}
        for code, package in self.part("package").items():
            if self.applies(package, self.values) and any(charge in standing for charge in package["covers"]):
                sums[code] = likely_sum(code)
        best = min(sums, key=lambda code: sums[code])  # the first of equal ones
        return best, None if best is None else sums[None] - sums[best]

    # The breakdown

    def breakdown(self) -> Row:
        data = self.data
        package, saves = self.cheapest()
        cases = [self.case(case, package) for case in CASES]
        order = [*self.part("package"), *self.part("charge")]
        codes = [code for code in order if any(code in found for found in cases)]
        entries = {**self.part("charge"), **self.part("package")}
        nothing = {"quantity": Fraction(0), "amount": Fraction(0)}
        amounts = {code: [found.get(code, nothing)["amount"] for found in cases] for code in codes}
        totals = [self.totals(found) for found in cases]
        not_counted = [code for code in self.left_open if self.matters(code)]
        return {
            **({"not_counted": not_counted} if not_counted else {}),
            **({"commissions": listed} if (listed := self.commissions(cases, amounts, totals)) else {}),
            **({"terms": self.terms()} if self.part("terms") else {}),
            "format": 1,
            "table": data["table"],
            "version": data["version"],
            "valid_from": data["valid_from"].isoformat(),
            "demo": data.get("demo", False),
            "currency": data["currency"],
            "answers": {
                code: self.normal(self.values[code]) for code in self.part("driver") if code in self.values
            },
            "package": package,
            "package_saves": self.money(saves),
            "groups": [
                {
                    "code": code,
                    "label": group["label"],
                    "total": group.get("total", "provider"),
                    "payee": group.get("payee"),
                    "amount": self.three(
                        [
                            sum(
                                (amounts[c][n] or Fraction(0) for c in codes if entries[c]["group"] == code),
                                Fraction(0),
                            )
                            for n in range(3)
                        ]
                    ),
                }
                for code, group in self.part("group").items()
                if any(entries[c]["group"] == code for c in codes)
            ],
            "items": [self.item(code, entries[code], cases, amounts[code], package) for code in codes],
            "taxes": self.tax_rows(cases),
            "totals": {name: self.three([case[name] for case in totals]) for name in (*TOTALS, "total")},
            "on_request": [code for code in codes if None in amounts[code]],
            "stages": self.stages(cases),
            "payments": self.payments(totals[1]["provider"]),
            "notices": [
                code for code, notice in self.part("notice").items() if self.applies(notice, self.values)
            ],
        }

    def commissions(
        self, cases: list[dict[str, Row]], amounts: dict[str, list[Fraction | None]], totals: list[Row]
    ) -> list[Row]:
        rows = []
        for code, entry in self.part("commission").items():
            charge, percent = entry.get("charge"), entry.get("percent")
            base: Any = None
            found: Any
            if charge is not None:
                found = amounts.get(charge)
                if found is None:
                    continue
            elif not self.applies(entry, self.values):
                continue
            elif percent is None:
                found = [
                    min(self.rounded(Fraction(entry["amount"])), max(t["provider"], Fraction(0)))
                    for t in totals
                ]
            else:
                base = [
                    sum((case[name]["amount"] or 0 for name in self.named(entry["of"], case)), Fraction(0))
                    for case in cases
                ]
                found = [self.rounded(part * Fraction(percent) / 100) for part in base]
            if charge is None and not any(found):
                continue
            rows.append(
                {
                    "code": code,
                    "payee": entry["payee"],
                    "charge": charge,
                    "percent": None if percent is None else number_text(Fraction(percent)),
                    "of": entry.get("of", []),
                    "base": None if base is None else self.three(base),
                    "amount": self.three(found),
                }
            )
        return rows

    def terms(self) -> list[Row]:
        return [
            {"code": code, **{key: self.normal(value) for key, value in term.items()}}
            | ({"percent": number_text(Fraction(term["percent"]))} if "percent" in term else {})
            for code, term in self.part("terms").items()
        ]

    @staticmethod
    def normal(value: Any) -> Any:
        if isinstance(value, date):
            return value.isoformat()
        return number_text(value) if isinstance(value, Fraction) else value

    def item(
        self,
        code: str,
        entry: Row,
        cases: list[dict[str, Row]],
        amounts: list[Fraction | None],
        package: str | None,
    ) -> Row:
        is_charge = code in self.part("charge")
        quantities = [found[code]["quantity"] if code in found else Fraction(0) for found in cases]
        per = self.per(entry)
        covered = is_charge and package is not None and code in self.part("package")[package]["covers"]
        return {
            "code": code,
            "kind": "charge" if is_charge else "package",
            "group": entry["group"],
            "label": entry["label"],
            "quantity": dict(zip(CASES, map(number_text, quantities), strict=True)),
            "unit": self.part("driver")[per[0]].get("unit") if len(per) == 1 else None,
            "amount": self.three(amounts),
            "covered_by": package if covered else None,
            "steps": self.steps(code, entry, cases[1], package if covered else None),
        }

    def tax_rows(self, cases: list[dict[str, Row]]) -> list[Row]:
        of_cases = [self.taxes(found) for found in cases]
        rows = []
        for code, tax in self.part("tax").items():
            if code not in of_cases[0] or not any(taxes[code][0] for taxes in of_cases):
                continue
            rows.append(
                {
                    "code": code,
                    "label": tax["label"],
                    "percent": number_text(Fraction(tax["percent"])),
                    "included": tax.get("included", False),
                    "base": self.three([taxes[code][0] for taxes in of_cases]),
                    "amount": self.three([taxes[code][1] for taxes in of_cases]),
                }
            )
        return rows

    def stages(self, cases: list[dict[str, Row]]) -> list[Row]:
        entries = {**self.part("charge"), **self.part("package")}
        names = list(self.part("stage"))
        rows = []
        for number, code in enumerate(names):
            reached = names[: number + 1]
            costs: list[Fraction | None] = []
            for found in cases:
                so_far = {c: i for c, i in found.items() if entries[c].get("stage", names[-1]) in reached}
                costs.append(self.totals(so_far)["total"])
            label = self.part("stage")[code]["label"]
            rows.append({"code": code, "label": label, "cost_by_then": self.three(costs)})
        return rows

    def payments(self, total: Fraction) -> list[Row]:
        left = max(total, Fraction(0))
        amounts = {}
        for code, payment in self.part("payment").items():
            if "amount" in payment:
                amounts[code] = min(Fraction(payment["amount"]), left)
                left -= amounts[code]
        shares = {
            c: left * Fraction(p["percent"]) / 100 for c, p in self.part("payment").items() if "percent" in p
        }
        for code, share in shares.items():
            amounts[code] = math.floor(share / self.unit) * self.unit
        lost = sorted(shares, key=lambda code: amounts[code] - shares[code])  # the sort keeps ties in order
        units = (left - sum(amounts[code] for code in shares)) / self.unit
        for code in lost[: int(units)]:
            amounts[code] += self.unit
        return [
            {
                "code": code,
                "label": payment["label"],
                "due": payment["due"],
                "amount": self.money(amounts[code]),
            }
            for code, payment in self.part("payment").items()
        ]

    # How the likely amount came about

    def steps(self, code: str, entry: Row, likely: dict[str, Row], package: str | None) -> list[Row]:
        if code not in likely:
            return []
        item, found = likely[code], []
        if code in self.part("package"):
            exact = self.in_case(entry["price"], "likely")
            found.append({"kind": "unit", "quantity": Fraction(1), "price": exact, "amount": exact})
            return found + self.rounding(exact)
        if "percent" in entry:
            percent = self.in_case(entry["percent"], "likely")
            exact = item["base"] * percent / 100
            found.append(
                {
                    "kind": "percent",
                    "percent": percent,
                    "of": entry["of"],
                    "base": item["base"],
                    "amount": exact,
                }
            )
            return found + self.closing(entry, exact)
        left = item["quantity"]
        if entry.get("included"):
            free = min(left, Fraction(entry["included"]))
            left -= free
            found.append({"kind": "included", "quantity": free})
        if package is not None and left:
            most = self.part("package")[package]["covers"][code]
            paid = left if most == "all" else min(left, Fraction(most))
            left -= paid
            found.append({"kind": "covered", "quantity": paid, "by": package})
        if not left:
            return found
        if "block" in entry:
            found.append({"kind": "blocks", "size": Fraction(entry["block"]), "quantity": item["billed"]})
        if item["amount"] is None:
            return [*found, {"kind": "on_request"}]
        if "price" in entry:
            each = self.in_case(entry["price"], "likely")
            exact = item["billed"] * each
            found.append({"kind": "unit", "quantity": item["billed"], "price": each, "amount": exact})
        else:
            tiers = self.tiers(entry, item["billed"], "likely")
            found += tiers
            exact = sum((tier["amount"] for tier in tiers), Fraction(0))
        return found + self.closing(entry, exact)

    def closing(self, entry: Row, exact: Fraction) -> list[Row]:
        found = []
        for key, changes in (("at_least", exact.__lt__), ("at_most", exact.__gt__)):
            if key in entry and changes(bound := self.in_case(entry[key], "likely")):
                found.append({"kind": key, "bound": bound})
        return found + self.rounding(self.bounded(entry, exact, "likely"))

    def rounding(self, exact: Fraction) -> list[Row]:
        rounded = self.rounded(exact)
        return [] if rounded == exact else [{"kind": "rounded", "from": exact, "to": rounded}]


NUMBERS_OF_STEPS = (
    "quantity",
    "size",
    "price",
    "amount",
    "from",
    "up_to",
    "flat",
    "percent",
    "base",
    "bound",
    "to",
)


def counted(breakdown: Mapping[str, Any]) -> Row:
    """A breakdown of the engine whose steps hold fractions, as those worked out by hand do."""
    items = []
    for item in breakdown["items"]:
        steps = [
            {
                key: Fraction(Decimal(value)) if key in NUMBERS_OF_STEPS and value is not None else value
                for key, value in step.items()
            }
            for step in item["steps"]
        ]
        items.append({**item, "steps": steps})
    return {**breakdown, "items": items}
