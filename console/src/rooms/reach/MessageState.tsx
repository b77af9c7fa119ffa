import { Tag, Tooltip } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Message } from '@/client/types'

const colours: Record<string, string> = {
  delivered: 'green',
  failed: 'red',
  unknown: 'orange',
  waiting: 'gold',
  submitted: 'cyan',
}

/** Where a message stands, and why it went no further. */
export function MessageState({ message }: { message: Message }) {
  const { t } = useTranslation()
  return (
    <Tooltip title={message.failure_text}>
      <Tag color={colours[message.state]}>
        {t(`reach.state_${message.state}`, { defaultValue: message.state })}
      </Tag>
    </Tooltip>
  )
}
