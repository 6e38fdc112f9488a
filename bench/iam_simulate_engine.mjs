// Asks iam-simulate a workload's requests, and measures so many runs of so many seconds of CPU time.
import { readFileSync } from 'node:fs'
import { createValidatedPolicy, validateResourcePolicy } from '@cloud-copilot/iam-policy'
import { runUnsafeSimulation } from '@cloud-copilot/iam-simulate'

const { simulation, requests, runs, seconds } = JSON.parse(readFileSync(0, 'utf8'))

if (simulation.resourcePolicy) {
  // Given as a plain document it has no name, which runUnsafeSimulation trips over.
  simulation.resourcePolicy = createValidatedPolicy(
    simulation.resourcePolicy,
    validateResourcePolicy,
    { name: 'resource-policy' },
  )
}

const ask = () =>
  requests.map((request) => runUnsafeSimulation({ ...simulation, request }, {}) === 'Allowed')

const spent = (since) => {
  const { user, system } = process.cpuUsage(since)
  return (user + system) / 1e6
}

const allowed = ask()
const rates = []
for (let run = 0; run < runs; run++) {
  const began = process.cpuUsage()
  let done = 0
  while (spent(began) < seconds) {
    ask()
    done += requests.length
  }
  rates.push(done / spent(began))
}
process.stdout.write(JSON.stringify({ allowed, rates }))
