import { App, Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { useWrite } from '@/client/query'
import type { Segment } from '@/client/types'
import { showDone } from '@/shell/notify'
import { go } from '@/shell/router'

/** Takes a segment out of use; one that another refers to stays, and the refusal names that one. */
export function Removal({ segment }: { segment: Segment }) {
  const { t } = useTranslation()
  const { modal } = App.useApp()
  const remove = useWrite(['/v1/segments'])
  const ask = () =>
    modal.confirm({
      title: t('segment.delete_title', { name: segment.name }),
      content: t('segment.delete_effect', { count: segment.member_count }),
      okText: t('segment.delete'),
      okButtonProps: { danger: true },
      onOk: () =>
        remove
          .mutateAsync({ to: 'DELETE /v1/segments/{segment_id}', id: segment.id })
          .then(() => {
            showDone(t('segment.deleted'))
            go('/segments', { isReplacing: true })
          })
          .catch(() => undefined),
    })
  return (
    <Button danger loading={remove.isPending} onClick={ask}>
      {t('segment.delete')}
    </Button>
  )
}
