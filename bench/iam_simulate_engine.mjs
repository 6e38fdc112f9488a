// Evaluates a workload's requests with iam-simulate, and measures `runs` runs of `seconds` of CPU time each.
import { readFileSync } from 'node:fs'
import { createValidatedPolicy, validateResourcePolicy } from '@cloud-copilot/iam-policy'
import { runUnsafeSimulation } from '@cloud-copilot/iam-simulate'

const { simulation, requests, runs, seconds } = JSON.parse(readFileSync(0, 'utf8'))

if (simulation.resourcePolicy) {
  // runUnsafeSimulation fails on a plain document, which has no name.
  simulation.resourcePolicy = createValidatedPolicy(
    simulation.resourcePolicy,
    validateResourcePolicy,
    { name: 'resource-policy' },
  )
}

const evaluate = () =>
  requests.map((request) => runUnsafeSimulation({ ...simulation, request }, {}) === 'Allowed')

const cpuSecondsSince = (start) => {
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1e6
}

const allowed = evaluate()
const rates = []
for (let run = 0; run < runs; run++) {
  const start = process.cpuUsage()
  let decisions = 0
  while (cpuSecondsSince(start) < seconds) {
    evaluate()
    decisions += requests.length
  }
  rates.push(decisions / cpuSecondsSince(start))
}
process.stdout.write(JSON.stringify({ allowed, rates }))
