import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Input } from 'antd'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite } from '@/client/query'
import type { MessageCategory } from '@/client/types'
import { useLeaveGuard } from '@/shell/leave'
import { showDone } from '@/shell/notify'
import { Answer, Panel } from '@/ui/page'
import { useEdits } from '@/ui/useEdits'

const code = /^[a-z0-9][a-z0-9_-]{0,31}$/

/** 消息类别: what merchants call the kinds of messages that limits may count apart. */
export function Categories({ mayEdit }: { mayEdit: boolean }) {
  const { t } = useTranslation()
  const categories = useRead('/v1/reach/categories')
  return (
    <Panel title={t('category.title')}>
      <p className="quiet panel-hint">{t('category.hint')}</p>
      <Answer of={categories}>
        {(data) => <Editor key={JSON.stringify(data)} given={data} mayEdit={mayEdit} />}
      </Answer>
    </Panel>
  )
}

function Editor({ given, mayEdit }: { given: MessageCategory[]; mayEdit: boolean }) {
  const { t } = useTranslation()
  const edits = useEdits<MessageCategory[]>(() => given)
  const rows = edits.value
  const change = (place: number, next: Partial<MessageCategory>) =>
    edits.set(rows.map((row, at) => (at === place ? { ...row, ...next } : row)))
  const save = useWrite<'PUT /v1/reach/categories'>(['/v1/reach/categories', '/v1/reach/policy'])
  const isChanged = JSON.stringify(rows) !== JSON.stringify(given)
  const isGood = rows.every((row) => code.test(row.code) && row.zh.trim() && row.en.trim())
  useLeaveGuard(isChanged && !save.isPending)
  return (
    <>
      {rows.map((row, place) => (
        <div key={place} className="rule-line">
          <Input
            className="rule-line-some"
            aria-label={t('category.code')}
            placeholder={t('category.code')}
            status={code.test(row.code) ? undefined : 'error'}
            disabled={given.some((one) => one.code === row.code)}
            maxLength={32}
            value={row.code}
            onChange={(event) => change(place, { code: event.target.value })}
          />
          <Input
            className="rule-line-some"
            aria-label={t('category.zh')}
            placeholder={t('category.zh')}
            maxLength={20}
            value={row.zh}
            onChange={(event) => change(place, { zh: event.target.value })}
          />
          <Input
            className="rule-line-some"
            aria-label={t('category.en')}
            placeholder={t('category.en')}
            maxLength={20}
            value={row.en}
            onChange={(event) => change(place, { en: event.target.value })}
          />
          {row.code !== 'promotion' && mayEdit && (
            <Button
              size="small"
              type="text"
              icon={<DeleteOutlined />}
              aria-label={t('ui.delete')}
              onClick={() => edits.set(rows.filter((_, at) => at !== place))}
            />
          )}
        </div>
      ))}
      {mayEdit && (
        <div className="row">
          <Button
            size="small"
            icon={<PlusOutlined />}
            disabled={rows.length >= 30}
            onClick={() => edits.set([...rows, { code: '', zh: '', en: '' }])}
          >
            {t('category.add')}
          </Button>
          {isChanged && (
            <Button
              size="small"
              type="primary"
              disabled={!isGood}
              loading={save.isPending}
              onClick={() =>
                save.mutate(
                  { to: 'PUT /v1/reach/categories', body: { categories: rows } },
                  { onSuccess: () => showDone(t('category.saved')) },
                )
              }
            >
              {t('category.save')}
            </Button>
          )}
        </div>
      )}
    </>
  )
}
