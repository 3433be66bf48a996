"""What a run prints: the machine first, then figures as they come, at the end each target with what was reached."""
import machine


class Report:
    def __init__(self):
        self._targets = []
        for name, text in machine.describe().items():
            print(f"{name + ':':9}{text}", flush=True)

    def title(self, text):
        print(f"\n{text}", flush=True)

    def line(self, name, text):
        print(f"  {name}: {text}", flush=True)

    def at_least(self, what, value, target):
        self._targets.append((what, f"{value:.2f}", f">= {target}", value >= target))

    def at_most(self, what, value, target, unit=""):
        self._targets.append((what, f"{value:.2f}{unit}", f"<= {target}{unit}", value <= target))

    def close(self):
        """Prints the table of targets; returns how many were missed."""
        print("\n| what | measured | target | |\n| --- | --- | --- | --- |")
        for what, value, target, met in self._targets:
            print(f"| {what} | {value} | {target} | {'met' if met else '**missed**'} |")
        return sum(not met for *_, met in self._targets)
