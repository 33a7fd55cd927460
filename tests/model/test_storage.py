from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import skops.io
from scipy.sparse import csr_matrix

from model.calibration import AgreementTemperature, CalibratedLinear, Temperature
from model.errors import ArtefactError
from model.features import HashedTfidf
from model.linear import BlendedLinear
from model.monotone import MonotoneLogistic
from model.reading import read
from model.storage import READERS, WRITERS, PartReader, PartWriter


@dataclass
class Stranger:
    """A type that no model of ours holds."""

    secret: int = 1


@pytest.fixture
def writer(tmp_path: Path) -> PartWriter:
    return PartWriter(tmp_path / "part")


def test_an_untrusted_type_is_refused_by_name(writer: PartWriter) -> None:
    skops.io.dump(Stranger(), writer.folder / "by_cues.skops")
    with pytest.raises(ArtefactError, match=r"by_cues\.skops: holds types that are not trusted: .*Stranger"):
        PartReader(writer.folder).estimator("by_cues")


def test_an_array_comes_back_the_same_and_cannot_be_written_to(writer: PartWriter) -> None:
    writer.array("weights", np.arange(6, dtype=np.float32).reshape(2, 3))
    found = PartReader(writer.folder).array("weights")
    np.testing.assert_array_equal(found, np.arange(6).reshape(2, 3))
    assert found.dtype == np.float32
    assert not found.flags.writeable


def test_an_array_of_objects_is_never_written(writer: PartWriter) -> None:
    with pytest.raises(ValueError, match="Object arrays"):
        writer.array("weights", np.array([object()]))


@pytest.mark.parametrize(("kinds", "bits"), [(("word",), 20), (("word", "character"), 22)])
def test_hashed_features_come_back_the_same(writer: PartWriter, kinds: tuple[str, ...], bits: int) -> None:
    readings = [read("老板拖欠工资"), read("工厂拖欠工资")]
    features = HashedTfidf(kinds, min_df=1, bits=bits).fit(readings)
    writer.tfidf("features", features)
    found = PartReader(writer.folder).tfidf("features")
    assert (found.kinds, found.min_df, found.bits) == (features.kinds, features.min_df, features.bits)
    assert (found.sizes_, found.size) == (features.sizes_, features.size)
    np.testing.assert_array_equal(found.transform(readings).toarray(), features.transform(readings).toarray())


@pytest.mark.parametrize("temperature", [Temperature, AgreementTemperature])
@pytest.mark.parametrize("names", [["工资", "路灯", "噪音"] * 8, ["工资", "路灯", "路灯"] * 8, ["工资"] * 24])
def test_a_calibrated_machine_comes_back_the_same(
    writer: PartWriter, names: list[str], temperature: type[Temperature]
) -> None:
    rows = csr_matrix(np.tile(np.identity(3), (8, 1)) + 0.1)
    fitted = CalibratedLinear(BlendedLinear(C=0.3, seed=7), temperature).fit(rows, names, range(24), sizes=(1, 2))
    writer.linear("machine", fitted)
    found = PartReader(writer.folder).linear("machine")
    assert found.classes_.tolist() == fitted.classes_.tolist()
    assert found.sizes_ == fitted.sizes_
    assert found.machine.get_params() == fitted.machine.get_params()
    assert type(found.temperature_) is temperature
    np.testing.assert_array_equal(found.decision_parts(rows), fitted.decision_parts(rows))
    np.testing.assert_array_equal(found.decision_function(rows), fitted.decision_function(rows))
    np.testing.assert_array_equal(found.predict_proba(rows), fitted.predict_proba(rows))


def test_the_weights_of_a_feature_still_lie_side_by_side(writer: PartWriter) -> None:
    rows = csr_matrix(np.tile(np.identity(3), (8, 1)))
    writer.linear("machine", CalibratedLinear(BlendedLinear()).fit(rows, ["甲", "乙", "丙"] * 8, range(24)))
    assert PartReader(writer.folder).linear("machine").machine_.coef_.flags.f_contiguous


def test_a_monotone_regression_comes_back_the_same(writer: PartWriter) -> None:
    rows = np.array([[0.0, 1.0], [1.0, 0.5], [2.0, 0.0], [0.5, 3.0]])
    model = MonotoneLogistic((1, -1)).fit(rows, np.array([0.0, 1.0, 1.0, 0.0]), np.ones(4))
    writer.monotone("same", model)
    found = PartReader(writer.folder).monotone("same")
    assert found.signs == model.signs
    np.testing.assert_array_equal(found.predict_proba(rows), model.predict_proba(rows))


def test_every_part_that_can_be_written_can_be_read() -> None:
    assert WRITERS.keys() == READERS.keys()
