"""What a job is taken to cost, whatever one answer of the API says."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bot.store.counting import PRICE_MAX_FACTOR, PRICES_COMPARED, middle

COSTS = st.decimals(min_value=0, max_value=100, places=6)
KNOWN = st.decimals(min_value=Decimal("0.01"), max_value=100, places=2)


@given(
    told=st.lists(COSTS, min_size=0, max_size=PRICES_COMPARED - 1),
    odd=COSTS,
    at=st.integers(min_value=0),
    known=KNOWN,
)
def test_one_odd_cost_never_leads_away_from_all_others(
    told: list[Decimal], odd: Decimal, at: int, known: Decimal
) -> None:
    others = told if len(told) > 1 else [*told, known]
    place = at % (len(told) + 1)
    price = middle([*told[:place], odd, *told[place:]], known)
    least, most = known / PRICE_MAX_FACTOR, known * PRICE_MAX_FACTOR
    assert min(max(min(others), least), most) <= price <= max(min(max(others), most), least)


@given(told=st.lists(COSTS, max_size=PRICES_COMPARED), known=KNOWN)
def test_a_price_stays_near_the_known_one(told: list[Decimal], known: Decimal) -> None:
    assert known / PRICE_MAX_FACTOR <= middle(told, known) <= known * PRICE_MAX_FACTOR
