"""The classic models in Mesa 3, with the parameters of `benches/abm.rs`: abm_mesa.py MODEL SEEDS.

Prints, for each seed, the time of its steps without its start (seconds), and what is counted at the end.
"""

import math
import sys
import time

import numpy
from mesa import Model
from mesa.discrete_space import CellAgent, OrthogonalMooreGrid
from mesa.experimental.continuous_space import ContinuousSpace, ContinuousSpaceAgent


class Animal(CellAgent):
    def __init__(self, model, cell, energy):
        super().__init__(model)
        self.cell, self.energy = cell, energy

    def walk(self):
        self.cell = self.cell.neighborhood.select_random_cell()
        self.energy -= 1

    def live(self, least, chance):
        if self.energy < least:
            self.remove()
        elif self.random.random() < chance:
            self.energy /= 2
            type(self)(self.model, self.cell, self.energy)


class Sheep(Animal):
    def step(self):
        self.walk()
        if self.cell.grass == 0:
            self.cell.grass = 10
            self.energy += 5
        self.live(1, 0.4)


class Wolf(Animal):
    def step(self):
        self.walk()
        prey = [agent for agent in self.cell.agents if isinstance(agent, Sheep)]
        if prey:
            self.random.choice(prey).remove()
            self.energy += 13
        self.live(0, 0.2)


class WolfSheep(Model):
    steps_to_do = 100

    def __init__(self, seed):
        super().__init__(seed=seed)
        grid = OrthogonalMooreGrid((100, 100), torus=False, capacity=math.inf, random=self.random)
        self.cells = grid.all_cells.cells
        for cell in self.cells:
            cell.grass = 0 if self.random.random() < 0.5 else self.random.randrange(1, 11)
        for kind, count, gain in ((Sheep, 1000, 5), (Wolf, 500, 13)):
            for _ in range(count):
                kind(self, self.random.choice(self.cells), self.random.uniform(1, 2) * gain)

    def step(self):
        for kind in (Sheep, Wolf):
            if kind in self.agents_by_type:
                self.agents_by_type[kind].shuffle_do("step")
        for cell in self.cells:
            if cell.grass:
                cell.grass -= 1

    def counts(self):
        animals = [len(self.agents_by_type.get(kind, ())) for kind in (Sheep, Wolf)]
        return *animals, sum(cell.grass == 0 for cell in self.cells)


class Person(CellAgent):
    def __init__(self, model, cell, kind):
        super().__init__(model)
        self.cell, self.kind = cell, kind

    def near(self):
        return self.cell.get_neighborhood(radius=2).agents

    def step(self):
        if sum(other.kind == self.kind for other in self.near()) < 8:
            self.cell = self.model.grid.select_random_empty_cell()


class Schelling(Model):
    steps_to_do = 20

    def __init__(self, seed):
        super().__init__(seed=seed)
        self.grid = OrthogonalMooreGrid((100, 100), torus=False, capacity=1, random=self.random)
        for number, cell in enumerate(self.random.sample(self.grid.all_cells.cells, 8000)):
            Person(self, cell, number % 2)

    def step(self):
        self.agents.shuffle_do("step")

    def counts(self):
        happy, shares = 0, 0.0
        for person in self.agents:
            kinds = [other.kind == person.kind for other in person.near()]
            happy += sum(kinds) >= 8
            shares += sum(kinds) / len(kinds) if kinds else 0
        return happy, shares / len(self.agents)


class Bird(ContinuousSpaceAgent):
    """As in Mesa's own example of boids."""

    def __init__(self, model, space, position, heading):
        super().__init__(space, model)
        self.position, self.heading = position, heading

    def step(self):
        near, distances = self.get_neighbors_in_radius(radius=15)
        if near:
            ways = self.space.calculate_difference_vector(self.position, agents=near)
            headings = numpy.asarray([other.heading for other in near]).sum(axis=0)
            drawn = ways.sum(axis=0) * 0.03 - ways[distances < 1].sum(axis=0) * 0.015 + headings * 0.05
            turned = self.heading + drawn / len(near)
            self.heading = turned / numpy.linalg.norm(turned)
        self.position += self.heading


class Flocking(Model):
    steps_to_do = 100

    def __init__(self, seed):
        super().__init__(seed=seed)
        space = ContinuousSpace([[0, 150], [0, 150]], torus=True, random=self.random, n_agents=400)
        for _ in range(400):
            angle = self.random.uniform(0, math.tau)
            place = numpy.array([self.random.uniform(0, 150), self.random.uniform(0, 150)])
            Bird(self, space, place, numpy.array([math.cos(angle), math.sin(angle)]))

    def step(self):
        self.agents.shuffle_do("step")

    def counts(self):
        heading = numpy.mean([bird.heading for bird in self.agents], axis=0)
        seen = [len(bird.get_neighbors_in_radius(radius=15)[0]) for bird in self.agents]
        return numpy.linalg.norm(heading), numpy.mean(seen)


def main():
    kind = {"wolf_sheep": WolfSheep, "schelling": Schelling, "flocking": Flocking}[sys.argv[1]]
    for seed in range(int(sys.argv[2])):
        model = kind(seed)
        begin = time.perf_counter()
        for _ in range(kind.steps_to_do):
            model.step()
        print(time.perf_counter() - begin, *model.counts(), flush=True)


main()
