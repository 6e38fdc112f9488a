// Answers a batch of simulations, each with its outcome or with why it was not simulated.
import { readFileSync } from 'node:fs'
import { runSimulation } from '@cloud-copilot/iam-simulate'

const answer = async (simulation) => {
  try {
    const result = await runSimulation(simulation, {})
    if (result.resultType === 'error') {
      return { refused: JSON.stringify(result.errors) }
    }
    const ignored = result.result.ignoredContextKeys
    return ignored.length > 0
      ? { refused: `it ignores ${ignored}` }
      : { outcome: result.overallResult }
  } catch (error) {
    return { refused: `it throws: ${error.message}` }
  }
}

const answers = []
for (const simulation of JSON.parse(readFileSync(0, 'utf8'))) {
  answers.push(await answer(simulation))
}
process.stdout.write(JSON.stringify(answers))
