import type { Campaign } from '@/client/types'
import { isMailed } from './chain'
import { Terms } from './Competing'
import { OnThePhone } from './OnThePhone'

/** What a campaign says step by step, and on which terms it competes. */
export function Words({ campaign }: { campaign: Campaign }) {
  return (
    <div className="stack">
      {campaign.steps.map((step, index) => (
        <OnThePhone key={index} channel={step.channel} text={step.text} />
      ))}
      {isMailed(campaign.steps) && <Terms campaign={campaign} />}
    </div>
  )
}
