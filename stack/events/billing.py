"""What a call used and what that costs: amounts that add up."""

from random import Random

from stack.events.vocabulary import EMBEDDINGS, Model

CACHED_SHARE = 0.2
UNIT = 1000  # tokens that a price is for
NOTHING_USED = {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0}


def usage(random: Random, model: Model) -> dict[str, int]:
    """Give the tokens of one successful call; input and output add up to the total."""
    asked = int(50 + random.random() * random.random() * 6000)
    answered = 0 if model.endpoint == EMBEDDINGS[0] else int(20 + random.random() * random.random() * 2500)
    used = {"input_tokens": asked, "output_tokens": answered, "total_tokens": asked + answered}
    if random.random() < CACHED_SHARE and model.cached_price:
        used["cached_tokens"] = asked // 2
    if model.name.startswith("o3") or "reasoner" in model.name:
        used["reasoning_tokens"] = answered // 3
    return used


def price(model: Model) -> dict[str, float]:
    """Give the prices as a log carries them."""
    return {
        "input_price": model.input_price,
        "input_price_unit": UNIT,
        "output_price": model.output_price,
        "output_price_unit": UNIT,
        "cached_price": model.cached_price,
        "cached_price_unit": UNIT,
    }


def amount(model: Model, used: dict[str, int]) -> dict[str, float]:
    """Give what each kind of token cost; the others add up to `used_amount`."""
    cached = used.get("cached_tokens", 0)
    parts = {
        "input_amount": round((used["input_tokens"] - cached) * model.input_price / UNIT, 9),
        "cached_amount": round(cached * model.cached_price / UNIT, 9),
        "output_amount": round(used["output_tokens"] * model.output_price / UNIT, 9),
    }
    return {**parts, "used_amount": round(sum(parts.values()), 9)}
