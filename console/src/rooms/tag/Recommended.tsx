import { Button, Input, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite } from '@/client/query'
import type { TagRecommendation } from '@/client/types'
import { More } from '@/ui/more'
import { Answer, Nothing, Panel } from '@/ui/page'

/** Tags that purchases suggest: why, how sure, and two buttons. */
export function Recommended() {
  const { t, i18n } = useTranslation()
  const isEnglish = i18n.language === 'en'
  const found = useRead('/v1/tags/recommended')
  const [taking, setTaking] = useState<TagRecommendation | null>(null)
  const find = useWrite(['/v1/tags/recommended'])
  const dismiss = useWrite(['/v1/tags/recommended'])
  return (
    <Panel
      title={t('tag.recommended')}
      extra={
        <Button
          size="small"
          loading={find.isPending}
          onClick={() => find.mutate({ to: 'POST /v1/tags/recommended/find' })}
        >
          {t('tag.find')}
        </Button>
      }
    >
      <Answer of={found} rows={3}>
        {({ items }) =>
          items.length === 0 ? (
            <Nothing title={t('tag.none_recommended')} hint={t('tag.none_recommended_hint')} />
          ) : (
            <More items={items} most={5}>
              {(shown) => (
                <ul className="plain stack">
                  {shown.map((one) => (
                    <li key={one.id} className="row between">
                      <div>
                        <b>{isEnglish ? one.name_en : one.name_zh}</b>{' '}
                        <small className="quiet num">
                          {t('tag.confidence', { percent: Math.floor(one.confidence_bp / 100) })}
                        </small>
                        <div className="quiet">{isEnglish ? one.evidence_en : one.evidence_zh}</div>
                      </div>
                      <span className="row">
                        <Button size="small" type="primary" onClick={() => setTaking(one)}>
                          {t('tag.accept')}
                        </Button>
                        <Button
                          size="small"
                          loading={dismiss.isPending}
                          onClick={() =>
                            dismiss.mutate({
                              to: 'POST /v1/tags/recommended/{recommendation_id}/dismiss',
                              id: one.id,
                            })
                          }
                        >
                          {t('tag.dismiss')}
                        </Button>
                      </span>
                    </li>
                  ))}
                </ul>
              )}
            </More>
          )
        }
      </Answer>
      {taking && <Accept key={taking.id} one={taking} close={() => setTaking(null)} />}
    </Panel>
  )
}

/** A name and a group; the tag then follows its rule by itself. */
function Accept({ one, close }: { one: TagRecommendation; close: () => void }) {
  const { t, i18n } = useTranslation()
  const [name, setName] = useState(i18n.language === 'en' ? one.name_en : one.name_zh)
  const [group, setGroup] = useState('')
  const accept = useWrite(['/v1/tags', '/v1/tags/recommended', '/v1/segments'])
  return (
    <Modal
      open
      title={t('tag.accept_title')}
      okText={t('tag.accept')}
      okButtonProps={{ disabled: !name.trim(), loading: accept.isPending }}
      onCancel={close}
      onOk={() =>
        accept.mutate(
          {
            to: 'POST /v1/tags/recommended/{recommendation_id}/accept',
            id: one.id,
            body: { name: name.trim(), group },
          },
          { onSuccess: close },
        )
      }
    >
      <div className="stack">
        <p className="quiet">{t('tag.accept_hint', { count: one.customer_count })}</p>
        <Input value={name} maxLength={40} onChange={(event) => setName(event.target.value)} />
        <Input
          value={group}
          maxLength={40}
          placeholder={t('tag.group')}
          onChange={(event) => setGroup(event.target.value)}
        />
      </div>
    </Modal>
  )
}
