"""What is wrong or suspicious in a price table, in words for the people who write it; patients never read these."""

from __future__ import annotations


def N_(sentence: str) -> str:
    """Mark a sentence for the message catalogues and leave it as it is."""
    return sentence


TABLE_SENTENCES = {
    "syntax": N_("Line {line}, column {column}: the file cannot be read as TOML here ({what})."),
    "toml_twice": N_(
        "Line {line}, column {column}: this key or heading stands in the file already. Delete one of the two, "
        "or give it another name."
    ),
    "toml_quotation_mark": N_(
        "Line {line}, column {column}: a text is not closed. Write a quotation mark where it ends; a quotation "
        'mark inside a text is written \\".'
    ),
    "toml_equals": N_("Line {line}, column {column}: write = between a key and its value."),
    "toml_key": N_(
        "Line {line}, column {column}: a key is needed here. Keys are written with small letters, digits and _."
    ),
    "toml_value": N_(
        "Line {line}, column {column}: this is no value. A text stands in quotation marks, a number is written "
        "like 480.00, a date like 2026-03-31, yes and no as true and false."
    ),
    "toml_bracket": N_("Line {line}, column {column}: a comma or a closing bracket is missing."),
    "toml_rest": N_(
        "Line {line}, column {column}: something follows that does not belong here. Write one key to a line, "
        "texts in quotation marks, and numbers with a point and no other signs, like 1480.00."
    ),
    "toml_backslash": N_("Line {line}, column {column}: a backslash in a text must be written twice, \\\\."),
    "toml_too_deep": N_(
        "Too many brackets stand inside each other. Delete those that a price table does not need."
    ),
    "toml_number": N_(
        "Line {line}, column {column}: this number or date is out of every range. Write one such as 480.00 or "
        "2026-03-31."
    ),
    "toml_dots": N_(
        "Line {line}: this key has more than {most} parts with points between them. Write a shorter one."
    ),
    "too_many_headings": N_(
        "The file has {found} headings, lines that begin with “[”; a price list has at most {most}. "
        "Split the list in two."
    ),
    "too_many_keys": N_(
        "The file has {found} keys, parts of keys and values of lists; a price list has at most {most}. "
        "Split the list in two."
    ),
    "too_many_lines": N_(
        "The file has {found} lines; a price list has at most {most}. Split the list in two."
    ),
    "too_large": N_(
        "The file has {length} characters; at most {most} are read. Split the list in two tables."
    ),
    "too_many_problems": N_(
        "There are more than {most} problems; the others are not listed. Is this file a price table?"
    ),
    "too_many_percents": N_(
        "{given} charges are percents of others; at most {most} can be in one table. Write prices for the rest."
    ),
    "too_many_steps": N_(
        "Pricing a plan of this table takes {given} steps; at most {most} are allowed. Every package is tried with "
        "every charge, tier, percent, tax and stage, so leave some out, or split the list in two tables."
    ),
    "unknown_key": N_("“{given}” is not a word of the notation here. Allowed are: {allowed}."),
    "misspelt_key": N_(
        "“{given}” is not a word of the notation. Did you mean “{near}”? Allowed are: {allowed}."
    ),
    "missing": N_("“{key}” is missing and is needed here."),
    "not_a_table": N_(
        "“{given}” stands where keys with their values are needed, in lines of their own or as {{ key = value }}."
    ),
    "bad_code": N_(
        "“{given}” cannot be a code. Use small letters from a to z, digits and _, begin with a letter, "
        "and write at most {most} characters."
    ),
    "code_twice": N_("The code “{given}” is used already, by {other}. Choose another one."),
    "not_a_text": N_("“{given}” stands where a text in quotation marks is needed."),
    "empty_text": N_("The text is empty. Write it, or leave the whole line out."),
    "too_long": N_("The text has {length} characters; at most {longest} are allowed. Shorten it."),
    "control_character": N_("The text holds a control character that nobody can see. Delete it."),
    "several_lines": N_("This text must stand on one line. Delete the line breaks and tabs in it."),
    "not_printable": N_("The text holds a character that is not printed. Write it with plain letters."),
    "not_by_language": N_('Name the language of the text: {key}.{language} = "…".'),
    "unknown_language": N_("The language “{given}” is not in the table's “languages”: {allowed}."),
    "missing_main_text": N_('The text in the main language is missing. Write {key}.{language} = "…".'),
    "not_true_or_false": N_(
        "“{given}” is neither true nor false. Write one of them without quotation marks."
    ),
    "not_a_date": N_("“{given}” is not a date. Write a date such as 2026-03-31, without quotation marks."),
    "unknown_word": N_("“{given}” is not possible here. Allowed are: {allowed}."),
    "misspelt_word": N_("“{given}” is not possible here. Did you mean “{near}”? Allowed are: {allowed}."),
    "not_a_number": N_(
        "“{given}” is not a number. Write digits with a point and without quotation marks, for example 480.00."
    ),
    "not_finite": N_("“{given}” is not an amount. Write a number in digits."),
    "too_many_digits": N_(
        "The number has too many digits; at most {whole} before the point and {decimals} after it are allowed."
    ),
    "below": N_("{given} is too low here. Write {least} or more."),
    "not_above": N_("{given} is too low here. Write a number above {above}."),
    "above_most": N_("{given} is too high here. Write {most} or less."),
    "too_fine": N_(
        "{given} is finer than {unit}, the smallest amount of this table. Write a multiple of {unit}."
    ),
    "low_likely_high": N_(
        "low is {low}, likely is {likely} and high is {high}. low must not be above likely, nor likely above high."
    ),
    "not_names": N_('“{given}” stands where names are needed, for example ["ward", "tests"].'),
    "named_twice": N_("“{given}” is named twice. Delete one of them."),
    "wrong_format": N_("This is format “{given}”. Only format 1 can be read: write format = 1."),
    "bad_slug": N_("“{given}” cannot name a list. Use small letters, digits and -, and begin with a letter."),
    "bad_currency": N_('“{given}” is not a currency code of ISO 4217. Write for example "USD" or "JPY".'),
    "bad_country": N_(
        '“{given}” is not a country code of ISO 3166. Write two capital letters, such as "IN".'
    ),
    "bad_language": N_('“{given}” is not a language tag. Write for example "en", "ar" or "pt-BR".'),
    "bad_time_zone": N_('“{given}” is not the name of a time zone. Write for example "Asia/Kolkata".'),
    "bad_link": N_("“{given}” is not a web address. It must begin with https:// or http://."),
    "role_missing": N_("No question has the role “{role}”. A table needs at least one of each: {roles}."),
    "least_above_most": N_("least is {least} and most is {most}. least must not be above most."),
    "off_step": N_("{given} cannot be reached from least, {least}, in steps of {step}. Write one that can."),
    "default_above_most": N_("The default {given} is above most. Write {most} or less."),
    "varies_empty": N_("Say how the number may vary: write less, more or both."),
    "no_choices": N_("A question of the kind “choice” needs at least one answer that is offered."),
    "open_with_default": N_("A question that may be left open has no default. Delete “open” or “default”."),
    "only_with_usual": N_(
        "“source” says where “usual” comes from, and this question has none. Delete it, or write usual."
    ),
    "choice_not_offered": N_(
        "The default “{given}” is not offered. Name an answer that is, or leave the default out."
    ),
    "why_offered": N_("“why” explains why an answer is not offered. Write offered = false, or leave it out."),
    "empty_condition": N_("The condition is empty. Name a question and its answer, or leave it out."),
    "unknown_driver": N_("There is no question “{given}” that this could depend on. Known are: {allowed}."),
    "misspelt_driver": N_(
        "There is no question “{given}” that this could depend on. Did you mean “{near}”? Known are: {allowed}."
    ),
    "driver_below": N_(
        "The question “{given}” does not stand above this one. A question can only depend on those above it."
    ),
    "condition_yes_no": N_("“{given}” is no answer to a yes/no question. Write true or false."),
    "condition_number": N_(
        "“{given}” is no condition on a number. Write a number, or {{ least = 1, most = 3 }} with either or both."
    ),
    "condition_date": N_(
        "“{given}” is no condition on a date. Write {{ months = [6, 7] }} or "
        "{{ from = 2026-06-01, to = 2026-08-31 }}."
    ),
    "bad_months": N_("“{given}” is no list of months. Write numbers from 1 to 12, for example [6, 7, 8]."),
    "from_after_to": N_("from is {start} and to is {end}. from must not be later than to."),
    "rule_without_condition": N_("A rule needs a condition: write when or unless."),
    "unknown_name": N_("“{given}” names nothing that could stand here. Known are: {allowed}."),
    "misspelt_name": N_(
        "“{given}” names nothing that could stand here. Did you mean “{near}”? Known are: {allowed}."
    ),
    "not_a_number_driver": N_(
        "“{given}” is not a question for a number, so nothing can be multiplied by it. Name one that is."
    ),
    "name_below": N_(
        "“{given}” does not stand above this charge. A percentage is only of what stands above it."
    ),
    "no_price": N_("The charge has no price. Write exactly one of: {allowed}."),
    "two_prices": N_(
        "The charge has {given}. Only one of them can be its price; to ask the clinic, on_request."
    ),
    "not_with_percent": N_(
        "“{key}” cannot stand beside percent: a percent charge has no quantity. Delete it."
    ),
    "only_with_percent": N_(
        "“{key}” belongs to percent, and this charge has none. Delete it, or write percent."
    ),
    "on_request_false": N_("on_request can only be true. If there is a price, leave the line out."),
    "no_tiers": N_("Write at least one tier, for example [{{ up_to = 7, price = 310 }}, {{ price = 260 }}]."),
    "tier_not_rising": N_("up_to is {given}, but the tier before ends at {before}. Tiers must rise."),
    "tier_open": N_("Only the last tier may leave up_to out. Write where this one ends."),
    "flat_stairstep": N_("A stairstep tier has no flat: its price is the whole amount. Add the flat to it."),
    "at_least_above_at_most": N_(
        "at_least is {least} and at_most is {most}. at_least must not be above at_most."
    ),
    "covers_percent": N_(
        "“{given}” is a percent charge; those cannot be covered by a package. Delete it here."
    ),
    "covers_nothing": N_(
        "covers is empty. Name a charge and how many units of it are paid for, for example {{ ward = 7 }}."
    ),
    "covers_units": N_('“{given}” is not a number of units. Write a number above 0, or "all".'),
    "totals_mixed": N_(
        "A tax is of one total only. These belong to: {totals}. Write a tax for each of them."
    ),
    "payment_amount_or_percent": N_("A payment needs either amount or percent, one of the two."),
    "payments_sum": N_("The percents of the payments add up to {sum}; they must add up to 100."),
    "commission_one_of": N_(
        "A commission is a charge on top of the price, or an amount or a percent inside of it. Write exactly one of: "
        "charge, amount, percent."
    ),
    "commission_of": N_(
        "“of” belongs to percent, and this commission has none. Delete it, or write percent."
    ),
    "commission_condition": N_(
        "“{key}” cannot stand beside charge: the commission is there whenever the charge is. Write it at the charge."
    ),
    "term_twice": N_("“{kind}” is said already, by {other}. Keep one of the two."),
    "notice_missing": N_("A table needs a notice of the kind “{kind}”."),
    "whole_number": N_("“{given}” is not a whole number from {least} to {most}."),
    "too_many_names": N_("At most {most} names can stand here. Delete the others."),
}

WARNING_SENTENCES = {
    "amount_falls": N_(
        "{more} units cost {lower}, which is less than {fewer} units cost, {higher}. Should more cost less?"
    ),
    "zero_price": N_(
        "The price is 0. If it is not known yet, write on_request = true; if it costs nothing, say so in a note."
    ),
    "below_zero": N_(
        "The price is {given}, below 0, so that this lowers what patients pay. If it is no discount, delete the minus."
    ),
    "finer_than_currency": N_(
        "{given} has more decimals than {currency} has ({most}). If its point stands for thousands, leave the point "
        "out; if a price is that fine, leave it as it is."
    ),
    "tenfold": N_("{now} is ten times what stood here before, {before}, or more. Is that what you mean?"),
    "a_tenth": N_("{now} is a tenth of what stood here before, {before}, or less. Is that what you mean?"),
    "repeats_old_price": N_(
        "“{label}” still says {before}, which was the price of “{charge}” in the version before. That is {now} now. Is "
        "that what you mean?"
    ),
    "tier_never_reached": N_(
        "Answers lead to {most} units at most, so what begins above {above} is never used. Is a number wrong?"
    ),
    "far_first_day": N_(
        "The first day, {day}, is more than a year away. Until then the list is not in force."
    ),
    "never_reached": N_("No answers lead to this charge, so it stands in no estimate."),
    "percent_of_nothing": N_(
        "Nothing that is named in “of” ever has an amount, so this charge is never there."
    ),
    "package_never_reached": N_("No answers lead to this package, so nobody gets it."),
    "package_never_cheapest": N_(
        "In {tried} plans that were tried this package was never the cheapest way, so perhaps nobody gets it."
    ),
    "package_covers_on_request": N_(
        "“{charge}” can be on request, and then counts 0. So the package looks dearer than it is, and may not be used."
    ),
    "missing_translation": N_(
        "The text in the language “{language}” is missing. Readers of it will see the text in “{main}”."
    ),
    "still_english": N_(
        "This text is still in English, as it came with the starting list. Write it in the language of the list, "
        "“{language}”."
    ),
    "missing_source": N_("The price has no source. Write where it comes from."),
    "commission_denied": N_(
        "Patients read here that nobody gets a commission, and “{payee}” does. Remove this notice, or write another "
        "text in each of these languages: {languages}."
    ),
    "choice_without_charge": N_(
        "No charge depends on the answer “{choice}”. Is a price missing? Name the answer in the “when” of a charge; "
        "if it is meant to cost nothing, say no_charge = true."
    ),
    "no_charge_is_charged": N_(
        "“{choice}” says no_charge = true, but a charge or package names it in its “when”. Which is right?"
    ),
    "driver_without_effect": N_("Nothing in the table depends on this question. Is a price missing?"),
    "never_accepted": N_(
        "A quote holds {valid} days, and it may not be accepted before {days} days are over. So nobody could ever "
        "accept one. Let quotes hold longer."
    ),
    "required_notice_missing": N_(
        "The notice “{notice}” is required, and the list has none of that code. Write it, or name another one."
    ),
    "required_notice_sometimes": N_(
        "The notice “{notice}” is required, but stands only beside some answers. Should it always be there?"
    ),
    "required_field_missing": N_(
        "“{term}” of the terms requires that “{field}” is printed, and the provider has none. Write it."
    ),
    "required_unit_missing": N_(
        "“{term}” of the terms requires the unit of each item, and this number has none. Write it."
    ),
    "unit_not_printed": N_(
        "“{term}” of the terms requires the unit of each item. A number that is multiplied with another is printed "
        "without one. Say in a note what it counts."
    ),
    "ends_on_request": N_(
        "Above {up_to} units the price is on request, and answers can lead to {most} units. "
        "If there is a price for more, add a tier."
    ),
}
