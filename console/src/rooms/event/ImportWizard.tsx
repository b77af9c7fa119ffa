import { InboxOutlined } from '@ant-design/icons'
import { Button, Segmented, Select, Table, Upload } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useWrite } from '@/client/query'
import type { Import, ImportKind } from '@/client/types'
import { fieldsOf, guessMapping, peek } from './fields'
import { ImportProgress } from './ImportProgress'

const kinds: ImportKind[] = ['orders', 'customers', 'products', 'staff', 'units']

interface Chosen {
  file: File
  columns: string[]
  rows: string[][]
  mapping: Record<string, string>
}

/** File → which column is what → rehearsal → real run, with progress and the failed rows back. */
export function ImportWizard({
  only,
  done,
}: {
  only?: ImportKind[]
  done?: (finished: Import) => void
}) {
  const { t } = useTranslation()
  const offered = only ?? kinds
  const [kind, setKind] = useState<ImportKind>(offered[0] ?? 'orders')
  const [chosen, setChosen] = useState<Chosen | null>(null)
  const [running, setRunning] = useState<Import | null>(null)
  const start = useWrite<Import, FormData>(['/v1/imports'])
  const take = async (file: File) => {
    setRunning(null)
    const isTable = !file.name.endsWith('.jsonl')
    const { columns, rows } = isTable ? await peek(file) : { columns: [], rows: [] }
    setChosen({ file, columns, rows, mapping: guessMapping(kind, columns) })
  }
  const run = (isDryRun: boolean) => {
    if (!chosen) return
    const form = new FormData()
    form.append('file', chosen.file)
    form.append('kind', kind)
    form.append('mapping', JSON.stringify(chosen.mapping))
    form.append('dry_run', String(isDryRun))
    start.mutate({ path: '/v1/imports', body: form }, { onSuccess: setRunning })
  }
  const isMapped =
    chosen !== null &&
    (chosen.columns.length === 0 ||
      fieldsOf[kind].every((field) => !field.isNeeded || chosen.mapping[field.name]))
  return (
    <div className="stack">
      {offered.length > 1 && (
        <Segmented
          value={kind}
          onChange={(next) => {
            setKind(next)
            setRunning(null)
            if (chosen) setChosen({ ...chosen, mapping: guessMapping(next, chosen.columns) })
          }}
          options={offered.map((one) => ({ value: one, label: t(`event.kind_${one}`) }))}
        />
      )}
      <Upload.Dragger
        accept=".csv,.jsonl,.txt"
        showUploadList={false}
        beforeUpload={(file) => {
          void take(file)
          return false
        }}
      >
        <p className="ant-upload-drag-icon">
          <InboxOutlined />
        </p>
        <p>{chosen ? chosen.file.name : t('event.drop')}</p>
        <p className="quiet">{t('event.drop_hint')}</p>
      </Upload.Dragger>
      {chosen && chosen.columns.length > 0 && (
        <Mapping kind={kind} chosen={chosen} change={(mapping) => setChosen({ ...chosen, mapping })} />
      )}
      {chosen && (
        <div className="row">
          <Button disabled={!isMapped} loading={start.isPending} onClick={() => run(true)}>
            {t('event.dry_run')}
          </Button>
          <Button type="primary" disabled={!isMapped} loading={start.isPending} onClick={() => run(false)}>
            {t('event.run')}
          </Button>
          {!isMapped && <span className="up">{t('event.unmapped')}</span>}
        </div>
      )}
      {running && <ImportProgress key={running.id} id={running.id} done={done} />}
    </div>
  )
}

function Mapping({
  kind,
  chosen,
  change,
}: {
  kind: ImportKind
  chosen: Chosen
  change: (mapping: Record<string, string>) => void
}) {
  const { t } = useTranslation()
  return (
    <Table
      size="small"
      rowKey="name"
      pagination={false}
      dataSource={fieldsOf[kind]}
      columns={[
        {
          title: t('event.field'),
          render: (_, field) => (
            <>
              {t(`event.field_${field.name}`)} {field.isNeeded && <b className="up">*</b>}
            </>
          ),
        },
        {
          title: t('event.column'),
          render: (_, field) => (
            <Select
              allowClear
              size="small"
              className="pick-column"
              placeholder={t(field.isNeeded ? 'segment.choose' : 'ui.optional')}
              status={field.isNeeded && !chosen.mapping[field.name] ? 'error' : undefined}
              value={chosen.mapping[field.name]}
              options={chosen.columns.map((column) => ({ value: column, label: column }))}
              onChange={(column?: string) => {
                const { [field.name]: _dropped, ...rest } = chosen.mapping
                change(column ? { ...rest, [field.name]: column } : rest)
              }}
            />
          ),
        },
        {
          title: t('event.example'),
          render: (_, field) => {
            const at = chosen.columns.indexOf(chosen.mapping[field.name] ?? '')
            return <span className="quiet">{at < 0 ? '' : (chosen.rows[0]?.[at] ?? '')}</span>
          },
        },
      ]}
    />
  )
}
