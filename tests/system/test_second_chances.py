"""How ./test treats a test that failed: a second chance for bad luck, and none for a fault that shows in a part of the runs."""
import os
import sys

import pytest

from support.places import CHECKOUT

sys.path.insert(0, str(CHECKOUT / "scripts"))
import run_suites  # noqa: E402


@pytest.fixture
def judged(tmp_path, monkeypatch):
    """Judges a program of ten tests of which these failed at first; runs[n] are those that fail in the n-th run after it. (count, what is unsteady, runs made)"""
    monkeypatch.setattr(run_suites, "unsteady", [])

    def write(path, cases, failed, suite):
        lines = [f'<testcase classname="{suite}" name="{name}">' + ("<failure/>" if name in failed else "") + "</testcase>" for name in cases]
        path.write_text("<testsuite>" + "".join(lines) + "</testsuite>")

    def judge(failed, *runs, suite="Suite"):
        made = []

        def again(cases, path):
            if runs[len(made)] is not None:  # the program wrote what it ran
                write(path, [name for _, name in cases], runs[len(made)], suite)
            made.append([name for _, name in cases])

        path = tmp_path / "suite.xml"
        write(path, [f"Test{number}" for number in range(10 - len(failed))] + failed, failed, suite)
        count = run_suites.count_junit(path)
        run_suites.try_again(count, path, again)
        return count.failed, run_suites.unsteady, made

    return judge


def test_one_that_passes_each_time_is_unsteady(judged):
    assert judged(["Slow", "Late"], [], [], []) == (0, ["Suite.Slow", "Suite.Late"], [["Slow", "Late"]] * 3)


@pytest.mark.parametrize("bad", range(3))
def test_one_that_fails_again_in_any_of_the_runs_has_failed(judged, bad):
    runs = [["Broken"] if number == bad else [] for number in range(3)]
    failed, unsteady, _ = judged(["Broken", "Slow"], *runs)
    assert (failed, unsteady) == (1, ["Suite.Slow"])


def test_a_run_that_says_nothing_is_no_pass(judged):
    assert judged(["Slow"], [], None)[:2] == (1, [])


def test_more_than_three_are_no_bad_luck(judged):
    assert judged(["A", "B", "C", "D"]) == (4, [], [])


@pytest.mark.parametrize("name", ["ManyAtOnce", "test_guessing_side_by_side_gains_nothing", "AnUploadAtTheSameMomentKeepsItsPhoto", "lets two tabs send together",
                                  "AHundredParallelRequestsWithOneKeyMakeOneJob", "ManyClaimersTakeEachJobOnce",
                                  "TwoProcessesNeverTakeTheSameJob", "CancellingWhileOthersClaimAndFinishLosesNothing", "NothingSlipsIntoABatchWhileItIsSealed",
                                  "APhotoThatComesWhileItsLastImageGoesIsNotLeftWithoutItsBlob", "OneBadRequestInAGroupFailsAlone",
                                  "AReaderThatGoesOnFromItsLastIdMissesNone", "ANewLimitCountsTheStartsOfAClaimThatIsUnderWay",
                                  "NoImageIsMadeOfAContentThatIsJustBeingRemoved", "AgreesWithTheModelInHistoriesOfAnyKind/sqlite",
                                  "test_30_kills_during_300_uploads_lose_and_double_nothing"])
def test_a_test_of_a_race_gets_no_second_chance(judged, name):
    assert judged([name, "Slow"], [], [], []) == (1, ["Suite.Slow"], [["Slow"]] * 3)


def test_what_looks_for_broken_promises_at_random_gets_no_second_chance(judged):
    assert judged(["test_one_process_on_sqlite"], [], [], [], suite="tests.system.test_campaign") == (1, [], [])


# Each run drew another one: a counterexample that random histories had found was gone when they ran again.
def test_one_seed_holds_for_the_whole_run(monkeypatch, capsys):
    seen = []
    monkeypatch.setattr(run_suites, "SUITES", {name: lambda *_: seen.append(os.environ["DARKROOM_TEST_SEED"]) or run_suites.Count(passed=1) for name in ("web", "checks")})
    monkeypatch.setenv("DARKROOM_TEST_SEED", "given")
    for given in ("given", None):
        if not given:
            monkeypatch.delenv("DARKROOM_TEST_SEED")
        monkeypatch.setattr(sys, "argv", ["run_suites.py", "--build", ".", "web", "checks"])
        assert run_suites.main() == 0
        assert f"DARKROOM_TEST_SEED={seen[-1]}\n" in capsys.readouterr().out
    assert seen[:2] == ["given"] * 2 and seen[2] == seen[3] != "given" and seen[2].isdigit()
