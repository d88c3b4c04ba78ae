// The tests wait more than they work; each fixture has a Redis of its own.
[assembly: LevelOfParallelism(4)]
