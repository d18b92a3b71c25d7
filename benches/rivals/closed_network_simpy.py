"""The closed network of scenes/closed_network.ron in SimPy: 200 customers go round between 100 single servers.

Each visit is at a server chosen at random and takes an exponential time of mean 1 s; a customer leaves after 2,000 visits.
Nothing is recorded in detail. Prints the number of visits and the mean time of a visit, waiting included, as JSON.

Written for speed as far as a SimPy model stays one: a resource a server, a process a customer, locals instead of globals in
the loop, and the request released by hand, which is a little faster than the `with` statement.
"""

import json
import random
import sys

import simpy

SERVERS = 100
CUSTOMERS = 200
VISITS = 2_000


def customer(env, servers, rng, done):
    expovariate, randrange, timeout = rng.expovariate, rng.randrange, env.timeout
    count = len(servers)
    for _ in range(VISITS):
        server = servers[randrange(count)]
        request = server.request()
        yield request
        yield timeout(expovariate(1.0))
        server.release(request)
    done.append(env.now)


def main(seed):
    env = simpy.Environment()
    rng = random.Random(seed)
    servers = [simpy.Resource(env, capacity=1) for _ in range(SERVERS)]
    done = []
    for _ in range(CUSTOMERS):
        env.process(customer(env, servers, rng, done))
    env.run()
    cycle = sum(done) / len(done) / VISITS
    print(json.dumps({"visits": len(done) * VISITS, "cycle_time": cycle}))


main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
