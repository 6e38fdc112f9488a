import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import Link from "@cloudscape-design/components/link";
import Select, { type SelectProps } from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { getProvider, listProviders } from "../../data/providers.ts";
import { providerName } from "../../data/trust-policy.ts";
import { AsyncContent } from "../../shared/async-content.tsx";
import { ADD_PROVIDER, providerPath } from "../../shared/paths.ts";
import { TextField } from "../../shared/text-field.tsx";
import { useLoad } from "../../state/load.ts";
import type { StepProps } from "./form-values.ts";

/** The trusted identity provider, and the audience and subject of its tokens. */
export function WebIdentityFields(props: StepProps) {
  const { values, showErrors, onChange } = props;
  const providers = useLoad("providers", listProviders);
  return (
    <AsyncContent state={providers}>
      {(arns) =>
        arns.length === 0 ? (
          <Box>
            No identity providers. <Link href={ADD_PROVIDER}>Add an identity provider</Link>
          </Box>
        ) : (
          <SpaceBetween size="l">
            <SelectField
              label="Identity provider"
              options={arns.map((arn) => ({ value: arn, label: providerName(arn) }))}
              value={values.providerArn}
              error={showErrors && "Choose an identity provider."}
              onChange={(providerArn) => onChange({ providerArn, audience: "" })}
            />
            {values.providerArn && <Audience {...props} />}
            <TextField
              label={
                <>
                  Subject – <i>optional</i>
                </>
              }
              description="Accepted sub claim, in which * and ? match any characters. Without it, every user of the provider who gets a token for the audience can assume the role."
              value={values.subject}
              onChange={(subject) => onChange({ subject })}
            />
          </SpaceBetween>
        )
      }
    </AsyncContent>
  );
}

function Audience({ values, showErrors, onChange }: StepProps) {
  const { providerArn } = values;
  const provider = useLoad(`provider ${providerArn}`, () => getProvider(providerArn));
  return (
    <AsyncContent state={provider}>
      {({ audiences }) =>
        audiences.length === 0 ? (
          <Box>
            This provider has no audiences. <Link href={providerPath(providerArn)}>Add an audience</Link>
          </Box>
        ) : (
          <SelectField
            label="Audience"
            options={audiences.map((value) => ({ value, label: value }))}
            value={values.audience}
            error={showErrors && "Choose an audience."}
            onChange={(audience) => onChange({ audience })}
          />
        )
      }
    </AsyncContent>
  );
}

type SelectFieldProps = {
  label: string;
  options: readonly SelectProps.Option[];
  value: string;
  error: string | false;
  onChange: (value: string) => void;
};

function SelectField({ label, options, value, error, onChange }: SelectFieldProps) {
  return (
    <FormField label={label} errorText={value === "" && error}>
      <Select
        options={options}
        placeholder="Choose an option"
        selectedOption={options.find((option) => option.value === value) ?? null}
        onChange={({ detail }) => onChange(detail.selectedOption.value ?? "")}
      />
    </FormField>
  );
}
