"""Tokens, prices and amounts of a call, consistent with each other."""

from random import Random

from stack.events.vocabulary import EMBEDDINGS, Model

CACHED_SHARE = 0.2
TOKENS_PER_PRICE = 1000  # prices are for this many tokens
NO_USAGE = {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0}


def usage(random: Random, model: Model) -> dict[str, int]:
    """Return the tokens of a successful call, by field name; input and output add up to the total."""
    input_tokens = int(50 + random.random() * random.random() * 6000)
    output_tokens = 0 if model.endpoint == EMBEDDINGS[0] else int(20 + random.random() * random.random() * 2500)
    used = {
        "input_tokens": input_tokens,
        "output_tokens": output_tokens,
        "total_tokens": input_tokens + output_tokens,
    }
    if random.random() < CACHED_SHARE and model.cached_price:
        used["cached_tokens"] = input_tokens // 2
    if model.name.startswith("o3") or "reasoner" in model.name:
        used["reasoning_tokens"] = output_tokens // 3
    return used


def price(model: Model) -> dict[str, float]:
    """Return the price fields of an event."""
    return {
        "input_price": model.input_price,
        "input_price_unit": TOKENS_PER_PRICE,
        "output_price": model.output_price,
        "output_price_unit": TOKENS_PER_PRICE,
        "cached_price": model.cached_price,
        "cached_price_unit": TOKENS_PER_PRICE,
    }


def amount(model: Model, used: dict[str, int]) -> dict[str, float]:
    """Return the cost of each kind of token, and `used_amount`, their sum."""
    cached = used.get("cached_tokens", 0)
    parts = {
        "input_amount": round((used["input_tokens"] - cached) * model.input_price / TOKENS_PER_PRICE, 9),
        "cached_amount": round(cached * model.cached_price / TOKENS_PER_PRICE, 9),
        "output_amount": round(used["output_tokens"] * model.output_price / TOKENS_PER_PRICE, 9),
    }
    return {**parts, "used_amount": round(sum(parts.values()), 9)}
