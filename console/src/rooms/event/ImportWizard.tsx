import { DownloadOutlined, InboxOutlined } from '@ant-design/icons'
import { Button, Segmented, Select, Table, Upload } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite } from '@/client/query'
import type { Import, ImportField, ImportKind, Inspected } from '@/client/types'
import { ImportProgress } from './ImportProgress'

const kinds: ImportKind[] = ['orders', 'customers', 'products', 'staff', 'units']

interface Chosen {
  file: File
  looked: Inspected
  mapping: Record<string, string>
}

/** File → which column is what → rehearsal → real run, with progress and the failed rows back. */
export function ImportWizard({ only }: { only?: ImportKind[] }) {
  const { t } = useTranslation()
  const offered = only ?? kinds
  const [kind, setKind] = useState<ImportKind>(offered[0] ?? 'orders')
  const [chosen, setChosen] = useState<Chosen | null>(null)
  const [running, setRunning] = useState<Import | null>(null)
  const fields = useRead('/v1/imports/fields', { query: { kind } })
  const inspect = useWrite<'POST /v1/imports/inspect'>()
  const start = useWrite<'POST /v1/imports'>(['/v1/imports'])
  const take = (file: File, as: ImportKind) => {
    setRunning(null)
    const form = new FormData()
    form.append('file', file)
    form.append('kind', as)
    inspect.mutate(
      { to: 'POST /v1/imports/inspect', body: form },
      { onSuccess: (looked) => setChosen({ file, looked, mapping: looked.mapping }) },
    )
  }
  const turnTo = (next: ImportKind) => {
    setKind(next)
    if (running) {
      setRunning(null)
      setChosen(null)
    } else if (chosen) take(chosen.file, next)
  }
  const run = (isDryRun: boolean) => {
    if (!chosen) return
    const form = new FormData()
    form.append('file', chosen.file)
    form.append('kind', kind)
    form.append('mapping', JSON.stringify(chosen.mapping))
    form.append('dry_run', String(isDryRun))
    start.mutate({ to: 'POST /v1/imports', body: form }, { onSuccess: setRunning })
  }
  const following = offered[offered.indexOf(kind) + 1]
  const isMapped =
    chosen !== null &&
    (fields.data?.items ?? []).every((field) => !field.is_required || chosen.mapping[field.name])
  return (
    <div className="stack">
      <div className="row between">
        {offered.length > 1 ? (
          <Segmented
            value={kind}
            onChange={turnTo}
            options={offered.map((one) => ({ value: one, label: t(`event.kind_${one}`) }))}
          />
        ) : (
          <span />
        )}
        <Button
          type="link"
          size="small"
          icon={<DownloadOutlined />}
          href={`/v1/imports/template.csv?kind=${kind}&surface=console`}
        >
          {t('event.template')}
        </Button>
      </div>
      <Upload.Dragger
        accept=".xlsx,.xls,.csv,.txt,.parquet,.jsonl"
        showUploadList={false}
        beforeUpload={(file) => {
          take(file, kind)
          return false
        }}
      >
        <p className="ant-upload-drag-icon">
          <InboxOutlined />
        </p>
        <p>{chosen ? chosen.file.name : t('event.drop')}</p>
        <p className="quiet">{t('event.drop_hint')}</p>
      </Upload.Dragger>
      {chosen && fields.data && (
        <Mapping
          fields={fields.data.items}
          chosen={chosen}
          change={(mapping) => {
            setRunning(null)
            setChosen({ ...chosen, mapping })
          }}
        />
      )}
      {chosen && (
        <div className="row">
          <Button
            type={running ? 'default' : 'primary'}
            disabled={!isMapped}
            loading={start.isPending}
            onClick={() => run(true)}
          >
            {t('event.dry_run')}
          </Button>
          <Button
            type={running?.is_dry_run ? 'primary' : 'default'}
            disabled={!isMapped}
            loading={start.isPending}
            onClick={() => run(false)}
          >
            {t('event.run')}
          </Button>
          {!isMapped && <span className="up">{t('event.unmapped')}</span>}
        </div>
      )}
      {running && (
        <ImportProgress key={running.id} id={running.id}>
          {only && following && (
            <Button onClick={() => turnTo(following)}>
              {t('event.then', { kind: t(`event.kind_${following}`) })}
            </Button>
          )}
        </ImportProgress>
      )}
    </div>
  )
}

function Mapping({
  fields,
  chosen,
  change,
}: {
  fields: ImportField[]
  chosen: Chosen
  change: (mapping: Record<string, string>) => void
}) {
  const { t } = useTranslation()
  return (
    <Table
      size="small"
      rowKey="name"
      pagination={false}
      dataSource={fields}
      columns={[
        {
          title: t('event.field'),
          render: (_, field) => (
            <>
              {field.title} {field.is_required && <b className="up">*</b>}
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
              placeholder={t(field.is_required ? 'segment.choose' : 'ui.optional')}
              status={field.is_required && !chosen.mapping[field.name] ? 'error' : undefined}
              value={chosen.mapping[field.name]}
              options={chosen.looked.headers.map((header) => ({ value: header, label: header }))}
              onChange={(header?: string) => {
                const { [field.name]: _dropped, ...rest } = chosen.mapping
                change(header ? { ...rest, [field.name]: header } : rest)
              }}
            />
          ),
        },
        {
          title: t('event.example'),
          render: (_, field) => (
            <span className="quiet">
              {chosen.looked.sample[0]?.[chosen.mapping[field.name] ?? ''] ?? ''}
            </span>
          ),
        },
      ]}
    />
  )
}
