import { Form, Input, InputNumber, Select, Switch, type FormInstance } from 'antd'
import { useTranslation } from 'react-i18next'
import type { JsonSchema } from '@/client/types'

/** Fields drawn from a JSON schema of one flat object; secrets are write-only and never shown back. */
export function SchemaForm({
  schema,
  initial,
  form,
  keepHint,
  submit,
}: {
  schema: JsonSchema
  initial: Record<string, unknown>
  form: FormInstance
  keepHint: string
  submit: (config: Record<string, unknown>) => void
}) {
  const { i18n } = useTranslation()
  const isEnglish = i18n.language === 'en'
  const fields = Object.entries(schema.properties ?? {})
  return (
    <Form
      form={form}
      layout="vertical"
      initialValues={initial}
      onFinish={(values: Record<string, unknown>) =>
        submit(
          Object.fromEntries(
            Object.entries(values).filter(([, value]) => value != null && value !== ''),
          ),
        )
      }
    >
      {fields.map(([name, field]) => (
        <Form.Item
          key={name}
          name={name}
          label={(isEnglish ? field.title_en : undefined) ?? field.title ?? name}
          extra={(isEnglish ? field.description_en : undefined) ?? field.description}
          valuePropName={typeOf(field) === 'boolean' ? 'checked' : 'value'}
          rules={[{ required: (schema.required ?? []).includes(name) }]}
        >
          <FieldInput field={field} hint={name in initial ? keepHint : undefined} />
        </Form.Item>
      ))}
    </Form>
  )
}

function typeOf(field: JsonSchema): string {
  return field.type ?? field.anyOf?.find((one) => one.type !== 'null')?.type ?? 'string'
}

function isSecret(field: JsonSchema): boolean {
  return (
    field.writeOnly === true ||
    field.format === 'password' ||
    (field.anyOf ?? []).some((one) => one.format === 'password')
  )
}

function FieldInput({ field, hint, ...given }: { field: JsonSchema; hint?: string }) {
  if (field.enum)
    return (
      <Select
        {...given}
        options={field.enum.map((value) => ({ value: String(value), label: String(value) }))}
      />
    )
  if (isSecret(field))
    return <Input.Password {...given} autoComplete="new-password" placeholder={hint} />
  const type = typeOf(field)
  const byDefault = field.default == null ? undefined : String(field.default)
  if (type === 'boolean') return <Switch {...given} />
  if (field.is_long) return <Input.TextArea {...given} autoSize={{ minRows: 2, maxRows: 8 }} />
  if (type === 'integer' || type === 'number')
    return <InputNumber {...given} className="wide" placeholder={byDefault} />
  return <Input {...given} placeholder={byDefault} />
}
