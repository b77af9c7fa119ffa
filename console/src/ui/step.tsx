import { RedoOutlined, UndoOutlined } from '@ant-design/icons'
import { Button, Tooltip } from 'antd'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

/** 撤销 and 重做, by button; the keys are listened to by `useEdits`. */
export function UndoRedo({ edits }: { edits: { undo: Turn; redo: Turn } }) {
  const { t } = useTranslation()
  return (
    <span className="row">
      <Step icon={<UndoOutlined />} of={edits.undo} name={t('ui.undo')} keys="Z" />
      <Step icon={<RedoOutlined />} of={edits.redo} name={t('ui.redo')} keys="⇧Z" />
    </span>
  )
}

type Turn = (() => void) | null

function Step({ icon, of, name, keys }: { icon: ReactNode; of: Turn; name: string; keys: string }) {
  const control = /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘' : 'Ctrl '
  return (
    <Tooltip title={`${name} ${control}${keys}`}>
      <Button
        type="text"
        size="small"
        icon={icon}
        aria-label={name}
        disabled={!of}
        onClick={of ?? undefined}
      />
    </Tooltip>
  )
}
