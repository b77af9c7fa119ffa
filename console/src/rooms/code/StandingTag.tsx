import { Tag, Tooltip } from 'antd'
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import type { ContactCode, ContactCodeStanding } from '@/client/types'

const colours: Record<ContactCodeStanding, string> = {
  making: 'processing',
  live: 'green',
  failed: 'red',
  stopped: 'default',
}

/** Why WeCom has not taken it, in words where we have some. */
export function whyOf(failure: string, t: TFunction): string {
  return t(`code.why_${failure.replace('.', '_')}`, {
    defaultValue: t('code.why_other', { failure }),
  })
}

export function StandingTag({ code }: { code: ContactCode['code'] }) {
  const { t } = useTranslation()
  const tag = <Tag color={colours[code.standing]}>{t(`code.standing_${code.standing}`)}</Tag>
  if (!code.failure || code.standing === 'stopped') return tag
  return <Tooltip title={whyOf(code.failure, t)}>{tag}</Tooltip>
}
