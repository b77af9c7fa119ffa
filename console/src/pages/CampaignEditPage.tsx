import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import type { Source } from '@/client/types'
import { blankCampaign, draftOf } from '@/rooms/campaign/chain'
import { CampaignEditor } from '@/rooms/campaign/Editor'
import { usePlace } from '@/shell/router'
import { Answer } from '@/ui/page'

export default function CampaignEditPage({ id }: { id: string | null }) {
  return id === null ? <NewCampaignPage /> : <Saved id={id} />
}

function Saved({ id }: { id: string }) {
  const campaign = useRead('/v1/campaigns/{campaign_id}', { id })
  return (
    <Answer of={campaign} rows={10}>
      {(data) => <CampaignEditor key={data.version} saved={data} start={draftOf(data)} />}
    </Answer>
  )
}

function NewCampaignPage() {
  const { t } = useTranslation()
  const { query } = usePlace()
  return (
    <CampaignEditor
      saved={null}
      start={blankCampaign(sourceOf(query), {
        copy: t('campaign.copy_template'),
        sms: t('campaign.sms_template'),
      })}
    />
  )
}

function sourceOf(query: URLSearchParams): Source {
  const segment = query.get('segment')
  if (segment) return { segment_id: segment }
  const kind = query.get('opportunity')
  return {
    opportunity_kind: kind === 'predicted' || kind === 'best_now' ? kind : null,
    category: query.get('category'),
  }
}
