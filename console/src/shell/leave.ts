import { App } from 'antd'
import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import { useGuard } from './router'

/** Asks before what was written is left behind. */
export function useLeaveGuard(isOn: boolean) {
  const { t } = useTranslation()
  const { modal } = App.useApp()
  const ask = useCallback(
    (leave: () => void) => {
      modal.confirm({
        title: t('ui.leave_title'),
        content: t('ui.leave_hint'),
        okText: t('ui.leave'),
        okButtonProps: { danger: true },
        cancelText: t('ui.stay'),
        onOk: leave,
      })
    },
    [modal, t],
  )
  useGuard(isOn, ask)
}
