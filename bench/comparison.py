"""Rounds of several sides in turn, and what their medians say."""
import statistics


def share(sorted_values, part):
    """The value below which a part (0 to 1) of the sorted values lies."""
    return sorted_values[min(len(sorted_values) - 1, int(part * len(sorted_values)))]


class Comparison:
    def __init__(self, sides, rounds):
        """`sides`: name -> a function that runs one round and returns its figures, `per_s` among them."""
        self.rounds = {name: [] for name in sides}
        for _ in range(rounds):
            for name, run in sides.items():
                self.rounds[name].append(run())

    def median(self, name, figure):
        return statistics.median(figure(figures) for figures in self.rounds[name])

    def ratio(self, one, other, key="per_s"):
        """Median of the rounds' own ratios: neighbours in time share the state of the machine."""
        return statistics.median(a[key] / b[key] for a, b in zip(self.rounds[one], self.rounds[other]))

    def describe(self, name):
        first = self.rounds[name][0]
        rates = " ".join(f"{figures['per_s']:.0f}" for figures in self.rounds[name])
        words = [f"{self.median(name, lambda figures: figures['per_s']):.0f} photos/s (rounds: {rates})"]
        if "cpu_ms" in first:
            words.append(f"CPU {self.median(name, lambda figures: figures['cpu_ms']):.2f} ms a photo")
        if "latencies" in first:
            words.append("upload to result " + self._percentiles(name, lambda figures, part: share(figures["latencies"], part)))
        if "uploads" in first:
            words.append("upload answered " + self._percentiles(name, lambda figures, part: figures["uploads"]["p50_ms" if part == 0.5 else "p95_ms"]))
        return "; ".join(words)

    def _percentiles(self, name, figure):
        half, most = (self.median(name, lambda figures: figure(figures, part)) for part in (0.5, 0.95))
        return f"p50 {half:.1f} ms, p95 {most:.1f} ms"
