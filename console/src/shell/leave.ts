import { App } from 'antd'
import { useCallback, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useGuard } from './router'

/** Asks before what was written is left behind. */
export function useLeaveGuard(isOn: boolean) {
  const { t } = useTranslation()
  const { modal } = App.useApp()
  const isAsking = useRef(false)
  const ask = useCallback(
    (leave: () => void) => {
      if (isAsking.current) return
      isAsking.current = true
      modal.confirm({
        title: t('ui.leave_title'),
        content: t('ui.leave_hint'),
        okText: t('ui.leave'),
        okButtonProps: { danger: true },
        cancelText: t('ui.stay'),
        onOk: leave,
        afterClose: () => {
          isAsking.current = false
        },
      })
    },
    [modal, t],
  )
  useGuard(isOn, ask)
}
