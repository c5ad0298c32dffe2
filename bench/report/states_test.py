#!/usr/bin/env python3
"""Which rounds are compared, and how runs are counted by state. Needs no measurement."""

import unittest

from states import classes, comparable, same_state, with_lines
from table import ratio


def counter(rounds, lines):
    return {"rounds": rounds, "lines": lines}


class States(unittest.TestCase):
    def test_a_factor_of_a_quarter_more_is_the_same_state(self):
        self.assertTrue(same_state(100, 125) and same_state(125, 100))
        self.assertFalse(same_state(100, 126) or same_state(126, 100))

    def test_a_run_of_unknown_state_is_in_every_state(self):
        self.assertTrue(same_state(None, 50) and same_state(270, None) and same_state(0, 50))

    def test_only_rounds_in_the_same_state_are_compared(self):
        ours, theirs = counter([10, 20, 30], [50, 50, 200]), counter([1, 2, 3], [55, 200, 210])
        self.assertEqual(comparable(ours, theirs), [(10, 1), (30, 3)])
        self.assertEqual(ratio(ours, theirs), 10)

    def test_other_rounds_when_no_round_was_in_one_state(self):
        ours, theirs = counter([10, 20], [50, 200]), counter([1, 4], [200, 50])
        self.assertEqual(comparable(ours, theirs), [(10, 4), (20, 1)])
        self.assertEqual(ratio(ours, theirs), (10 / 4 + 20 / 1) / 2)

    def test_no_ratio_when_no_state_is_common(self):
        self.assertIsNone(ratio(counter([10], [50]), counter([1], [200])))

    def test_nothing_that_came_through_is_not_a_ratio_of_zero(self):
        self.assertEqual(ratio(counter([10], [50]), counter([0], [50])), float("inf"))

    def test_every_counter_of_a_cell_gets_its_lines(self):
        cells = with_lines({"a": {"p50": {"rounds": [1, 2]}, "line_ns": {"rounds": [50, 60]}}, "b": {"p50": {"rounds": [3]}}})
        self.assertEqual(cells["a"]["p50"]["lines"], [50, 60])
        self.assertEqual(cells["b"]["p50"]["lines"], [None])

    def test_a_class_is_as_wide_as_a_state(self):
        self.assertEqual(classes([200, 50, 62.5, 63, 210]), [(50, 62.5, 2), (63, 63, 1), (200, 210, 2)])
        self.assertEqual(classes([]), [])


if __name__ == "__main__":
    unittest.main()
