"""Who got the credit for conversions, and who would, in words."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.arithmetic import format_number
from lifecycle_dsl.explaining.masking import MASK
from lifecycle_dsl.explaining.model import Converted, LeftOut, OfAttribution, Touching, Unconverted
from lifecycle_dsl.explaining.words.causes import because, times
from lifecycle_dsl.explaining.words.conditions import PRIVATE, condition_lines
from lifecycle_dsl.explaining.words.lines import Tone, WordLine
from lifecycle_dsl.explaining.words.needs import need_text
from lifecycle_dsl.explaining.words.values import (
    LONGEST,
    Voice,
    datum,
    happenings,
    number,
    source,
)
from lifecycle_dsl.localtime import format_duration
from lifecycle_dsl.program.attribution_text import model_text
from lifecycle_dsl.program.attributions import DIRECT, Attribution, CreditModel, CustomCredit, Touch
from lifecycle_dsl.program.expressions import FieldRead, TextJoin
from lifecycle_dsl.program.phrases import counted, listed, shortened

MOST_EARLIER = 5
"""Conversions before the last one that are told in a line each."""
MOST_TOUCHES = 12
"""Touches of a conversion that are told."""
MOST_SHARES = 4
"""Channels of an earlier conversion that are told."""


def of_attribution(found: OfAttribution, voice: Voice, customer: str) -> Iterator[WordLine]:
    """Which touches got the credit for conversions, and which would get it now."""
    attribution = found.attribution
    yield WordLine(0, "")
    yield WordLine(0, attribution.name, Tone.HEAD)
    yield from _what_it_does(attribution)
    if not found.seen:
        yield WordLine(0, "What came before is not known here; a replay tells it.", Tone.FAINT)
    elif not found.conversions:
        yield WordLine(0, f"No conversion of {customer} has come.")
    else:
        direct = f", {times(found.direct)} without a touch" if found.direct else ""
        yield WordLine(0, f"A conversion came {times(found.conversions)}{direct}.")
    if found.credited:
        yield from _last(found.credited[-1], attribution, voice)
        yield from _earlier(found, voice)
    if found.missed is not None:
        yield from _missed(found.missed, voice)
    yield from _now(found, voice)


def _what_it_does(attribution: Attribution) -> Iterator[WordLine]:
    worth = [
        f"{happenings(each.happenings)} worth {source(each.worth)}"
        for each in attribution.conversions
    ]
    touches = [_touch(each) for each in attribution.touches]
    touches += ["messages that are sent"] if attribution.sends else []
    young = f"the touches of the {format_duration(attribution.within)} before it"
    by = f"by the model {_model(attribution.model)}"
    text = f"It credits {listed(worth, 'and')} to {young} ({'; '.join(touches)}), {by}."
    yield WordLine(0, text, hang=0)


def _model(model: CreditModel) -> str:
    if isinstance(model, CustomCredit):
        return f"custom {source(model.weight)}"
    return model_text(model)


def _touch(touch: Touch) -> str:
    channel = "" if touch.channel is None else f" as {touch.channel}"
    return shortened(f"{happenings(touch.happenings)}{channel}{_campaign(touch)}", LONGEST)


def _campaign(touch: Touch) -> str:
    match touch.campaign:
        case None:
            return ""
        case TextJoin(parts=(FieldRead() as field,)):
            return f" by {source(field)}"
        case _:
            return f" by {source(touch.campaign)}"


# ---- conversions


def _last(found: Converted, attribution: Attribution, voice: Voice) -> Iterator[WordLine]:
    then = Voice(voice.zone, found.at, past=True)
    yield WordLine(0, "")
    head = f"The last came on {then.moment(found.at)}, {because(found.cause)}, {_worth(found)}"
    yield WordLine(0, head, Tone.HEAD)
    if not found.touches:
        young = format_duration(attribution.within)
        yield WordLine(2, f"100 %  {DIRECT}: no touch got a share in the {young} before", Tone.NO)
    told = found.touches[-MOST_TOUCHES:]
    if len(told) < len(found.touches):
        rest = found.touches[: -len(told)]
        share = _percent(sum(each.share for each in rest))
        yield WordLine(2, f"{share}  {_touches(len(rest))} before these", Tone.FAINT)
    for each in told:
        worth = PRIVATE if each.worth is None else format_number(round(each.worth, 2))
        ago = format_duration(found.at - each.at)
        what = f"{_name(each)}, {voice.moment(each.at)}, {ago} before"
        yield WordLine(2, f"{_percent(each.share)}  {worth}  {what}", Tone.YES, hang=9)
    if found.left_out or found.more:
        yield WordLine(2, "What got nothing of it")
    if found.more:
        yield WordLine(4, f"... {_touches(found.more, 'other ')}", Tone.FAINT)
    for each in found.left_out:
        why = _reason(each, found, attribution)
        yield WordLine(4, f"{_name(each)}, {voice.moment(each.at)}: {why}", Tone.NO)


def _reason(found: Touching, of: Converted, attribution: Attribution) -> str:
    ago = f"{format_duration(of.at - found.at)} before it"
    match found.left_out:
        case LeftOut.TOO_OLD:
            return (
                f"{ago}, and only what is younger than {format_duration(attribution.within)} counts"
            )
        case LeftOut.FULL:
            return f"{ago}, and too many touches came after it to keep it"
        case LeftOut.MODEL:
            return f"{ago}, but the model gives it nothing"
        case LeftOut.TRANSACTIONAL:
            return "a transactional message is no touch"
        case _:
            return "after it" if found.at > of.at else "at the same time, but after it"


def _earlier(found: OfAttribution, voice: Voice) -> Iterator[WordLine]:
    told = found.credited[:-1][-MOST_EARLIER:]
    if not told:
        return
    yield WordLine(0, "")
    yield WordLine(0, "Before that", Tone.HEAD)
    if more := found.conversions - 1 - len(told):
        yield WordLine(2, f"... {counted(more, 'conversion')} before these", Tone.FAINT)
    for each in told:
        then = Voice(voice.zone, each.at, past=True)
        head = f"{then.moment(each.at)}, {because(each.cause)}, {_worth(each)}"
        yield WordLine(2, f"{head}: {_shares(each)}")


def _shares(found: Converted) -> str:
    """What each channel got, the most first."""
    shares: dict[str, float] = {}
    for each in found.touches:
        shares[each.channel] = shares.get(each.channel, 0.0) + each.share
    ranked = sorted(shares.items(), key=lambda each: (-each[1], each[0]))
    told = [f"{channel} {_percent(share).strip()}" for channel, share in ranked[:MOST_SHARES]]
    if len(ranked) > MOST_SHARES:
        told.append(f"{len(ranked) - MOST_SHARES} others")
    return ", ".join(told) or DIRECT


def _worth(found: Converted) -> str:
    return f"worth {PRIVATE if found.worth is None else number(found.worth)}"


def _missed(found: Unconverted, voice: Voice) -> Iterator[WordLine]:
    then = Voice(voice.zone, found.at, past=True)
    yield WordLine(0, "")
    head = f"What came on {then.moment(found.at)}, {because(found.cause)}, was no conversion"
    yield WordLine(0, head, Tone.HEAD)
    for each in found.conditions:
        yield from condition_lines(each, then, 2)


# ---- now


def _now(found: OfAttribution, voice: Voice) -> Iterator[WordLine]:
    yield WordLine(0, "")
    yield WordLine(0, f"Now, on {voice.moment(voice.now)}", Tone.HEAD)
    if not any(each.share for each in found.touches):
        yield WordLine(
            2, f"no touch would get the credit for a conversion: it would go to {DIRECT}", Tone.NO
        )
    else:
        yield WordLine(2, "a conversion would be credited to")
    told = found.touches[-MOST_TOUCHES:]
    if more := len(found.touches) - len(told):
        yield WordLine(4, f"... {_touches(more)} before these", Tone.FAINT)
    for each in told:
        end = "" if each.until is None else f", until {voice.ahead(each.until)}"
        what = f"{_name(each)}, {voice.moment(each.at)}{end}"
        tone = Tone.YES if each.share else Tone.NO
        yield WordLine(4, f"{_percent(each.share)}  {what}", tone, hang=9)
    if found.need is not None:
        yield WordLine(2, f"To convert it needs: {need_text(found.need, voice)}", Tone.NEED)


def _touches(count: int, kind: str = "") -> str:
    return f"{count:,} {kind}touch{'' if count == 1 else 'es'}"


def _percent(share: float) -> str:
    return f"{share * 100:5.1f} %"


def _name(found: Touching) -> str:
    """`email welcome "welcome_warm"`, `web "spring"`."""
    if not found.is_message:
        return f"{found.channel}{_quoted(found.campaign)}"
    return f"{found.channel} {found.campaign}{_quoted(found.template)}"


def _quoted(text: str | None) -> str:
    if text is None:
        return ""
    return f" {text}" if text == MASK else f" {datum(text)}"
