// Runs a batch of simulations; returns the outcome of each, or why it was rejected.
import { readFileSync } from 'node:fs'
import { runSimulation } from '@cloud-copilot/iam-simulate'

const simulate = async (simulation) => {
  try {
    const result = await runSimulation(simulation, {})
    if (result.resultType === 'error') {
      return { rejected: JSON.stringify(result.errors) }
    }
    const ignored = result.result.ignoredContextKeys
    return ignored.length > 0
      ? { rejected: `ignored context keys: ${ignored}` }
      : { outcome: result.overallResult }
  } catch (error) {
    return { rejected: `exception: ${error.message}` }
  }
}

const answers = []
for (const simulation of JSON.parse(readFileSync(0, 'utf8'))) {
  answers.push(await simulate(simulation))
}
process.stdout.write(JSON.stringify(answers))
