import { Tag } from 'antd'
import { useTranslation } from 'react-i18next'
import type { CampaignState } from '@/client/types'

const colours: Record<CampaignState, string> = {
  draft: 'default',
  waiting: 'gold',
  scheduled: 'blue',
  publishing: 'processing',
  live: 'green',
  paused: 'orange',
  ended: 'default',
}

export function StateTag({ state }: { state: CampaignState }) {
  const { t } = useTranslation()
  return <Tag color={colours[state]}>{t(`campaign.state_${state}`)}</Tag>
}
