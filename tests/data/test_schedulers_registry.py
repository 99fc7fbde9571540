"""Every scheduler that the carried registry states of a loader is known to settings and code, with the one it has."""

from __future__ import annotations

import pytest

import mirld
from mirld.graph.dataset import Dataset
from mirld.lookup.knowledge import Indexed
from mirld.lookup.schedulers import schedulers_of
from mirld.vocab import MIR

DDIM, LCM = "mir:operations.scheduler.ddim:scheduler", "mir:operations.scheduler.lcm:scheduler"
PNDM, LMS = "mir:operations.scheduler.pndm:scheduler", "mir:operations.scheduler.lms:discrete"
EULER = "mir:operations.scheduler.euler:discrete"
DEPTH, SD = "mir:model.unet.marigold:depth-v1-1", "mir:model.unet.stable-diffusion-1.5:base"


@pytest.fixture(scope="module")
def asked() -> mirld.Registry:
    return mirld.open()


def test_every_scheduler_of_the_graph_is_known(loaded: Dataset, asked: mirld.Registry) -> None:
    """Of each loader all that are stated, and at most one of them as the one that the model has."""
    several = without = 0
    for loader in loaded.view.subjects():
        stated = set(loaded.view.iris(loader, MIR.scheduler))
        if not stated:
            continue
        entry = asked[loader.partition("#")[0]]
        (own,) = (each for each in entry.loaders if each.iri == loader)
        found = schedulers_of(Indexed(asked.index), entry, own)
        assert stated <= {each.iri for each in found.all}, loader
        assert len({each.iri for each in found.all}) == len(found.all)
        assert found.default is not None or len(stated) > 1, loader
        several += len(stated) > 1
        without += found.default is None
    assert several > 10
    assert without > 5


def test_settings_and_code_show_all_and_the_default(asked: mirld.Registry) -> None:
    """In the order default, then others by id; with none as the default where no source says."""
    for found in (asked.settings(SD), asked.loader(SD).answer):
        assert found.as_dict()["schedulers"] == [{"id": PNDM, "default": True}, {"id": LMS, "default": False}]
    for found in (asked.settings(DEPTH), asked.loader(DEPTH).answer):
        assert found.as_dict()["schedulers"] == [{"id": DDIM, "default": False}, {"id": LCM, "default": False}]
        assert found.schedulers.words().endswith("no source says which of them it has")


def test_a_model_keeps_the_scheduler_of_its_repository_where_several_will_do(asked: mirld.Registry) -> None:
    """One is only exchanged when it is asked for; one that nobody states is said to be such."""
    assert "scheduler" not in asked.loader(DEPTH).code()
    exchanged = asked.loader(DEPTH, used_with=[LCM])
    assert "pipe.scheduler = LCMScheduler.from_config(pipe.scheduler.config)" in exchanged.code()
    assert not [note for note in exchanged.answer.notes if "none of the schedulers" in note]
    foreign = asked.loader(DEPTH, used_with=[EULER]).answer
    (note,) = (note for note in foreign.notes if "none of the schedulers" in note)
    assert note == f"{EULER} is none of the schedulers stated of {DEPTH}: mirld compat says if it fits"
    assert note in asked.settings(DEPTH, used_with=[EULER]).notes
