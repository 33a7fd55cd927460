import numpy as np
import pytest

from model.surge import LEAST_SPREAD, MOST_SURPRISING, PRIOR_MEAN, Usual, surprise


def test_nothing_gained_is_no_surprise() -> None:
    assert surprise(0, 28, Usual()) == 0


def test_more_people_in_the_same_time_are_never_less_surprising() -> None:
    values = [surprise(gained, 14, Usual(0.2, 3.0)) for gained in range(40)]
    assert values == sorted(values)
    assert values[-1] <= MOST_SURPRISING


def test_the_same_gain_is_more_surprising_in_less_time() -> None:
    assert surprise(5, 7, Usual()) > surprise(5, 28, Usual())


def test_a_busy_office_is_less_surprised() -> None:
    assert surprise(6, 28, Usual(3.0, 2.0)) < surprise(6, 28, Usual(0.1, 2.0))


def test_a_restless_office_is_less_surprised_than_an_even_one() -> None:
    assert surprise(6, 28, Usual(0.5, 6.0)) < surprise(6, 28, Usual(0.5, 1.0))


def test_surprise_is_the_tail_of_a_poisson_count_where_counts_vary_by_chance() -> None:
    # One minus exp(-0.5), the chance of at least one.
    assert surprise(1, 28, Usual(0.5, 1.0)) == pytest.approx(-np.log10(1 - np.exp(-0.5)))


def test_what_is_usual_follows_the_gains_of_many_matters() -> None:
    gains = np.random.default_rng(1).negative_binomial(2, 0.5, 5000)
    usual = Usual.of(gains.tolist())
    assert usual.mean == pytest.approx(gains.mean(), abs=0.05)
    assert usual.spread == pytest.approx(gains.var() / gains.mean(), abs=0.1)


def test_without_matters_the_prior_stands() -> None:
    assert Usual.of([]).mean == PRIOR_MEAN
    assert Usual.of([], Usual(3.0, 2.0), 5) == Usual(3.0, 2.0)


def test_the_less_a_prior_weighs_the_nearer_is_what_is_usual_to_what_was_seen() -> None:
    means = [Usual.of([10] * 6, Usual(1.0, 2.0), weight).mean for weight in (1, 6, 60)]
    assert means == sorted(means, reverse=True)
    assert means[1] == pytest.approx(5.5)


def test_a_few_matters_that_surge_do_not_make_surges_usual() -> None:
    calm = [0] * 950 + [1] * 45 + [2] * 5
    usual, surging = Usual.of(calm), Usual.of([*calm, 30, 60, 80])
    assert surging.mean == pytest.approx(usual.mean, rel=0.2)
    assert surging.spread == pytest.approx(usual.spread, rel=0.2)
    assert surprise(8, 14, surging) > 4


def test_an_office_where_all_gain_much_is_used_to_it() -> None:
    assert Usual.of([20, 25, 30, 35] * 100).mean > 20


def test_gains_always_vary_more_than_chance() -> None:
    assert Usual.of([0] * 100_000).spread == LEAST_SPREAD
