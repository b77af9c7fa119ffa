import { useTranslation } from 'react-i18next'
import type { Campaign } from '@/client/types'
import { useMay } from '@/shell/session'
import { Panel } from '@/ui/page'
import { draftOf, hasSource } from './chain'
import { Preview } from './Preview'
import { usePreview } from './usePreview'
import { Words } from './Words'

/** A campaign before it begins: what it says, and whom it would reach if it began now. */
export function Ahead({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation()
  const isForeseen = useMay()('campaign.edit')
  return (
    <div className={isForeseen ? 'cols-editor' : ''}>
      <Panel title={t('campaign.copy')}>
        <Words campaign={campaign} />
      </Panel>
      {isForeseen && <Foreseen campaign={campaign} />}
    </div>
  )
}

function Foreseen({ campaign }: { campaign: Campaign }) {
  const { preview } = usePreview(draftOf(campaign))
  return (
    <Preview
      preview={preview.data}
      error={preview.error}
      isCounting={preview.isFetching}
      hasSource={hasSource(campaign.source)}
    />
  )
}
