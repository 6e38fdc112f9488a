import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select, { type SelectProps } from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { setQueryParams } from "../../state/router.ts";

export type Filter = { service: string | undefined; outcome: string | undefined };

const ALL: SelectProps.Option = { value: "", label: "All" };
const OUTCOMES: readonly SelectProps.Option[] = [
  ALL,
  { value: "Allowed", label: "Allowed" },
  { value: "Denied", label: "Denied" },
];

/** Selects decisions by service, once it is entered, and by outcome. The filter is in the URL. */
export function DecisionFilter({ filter }: { filter: Filter }) {
  const [service, setService] = useState(filter.service ?? "");
  const applyService = (value: string) => {
    const name = value.trim().toLowerCase() || undefined;
    if (name !== filter.service) setQueryParams({ service: name });
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        applyService(service);
      }}
    >
      <SpaceBetween direction="horizontal" size="m">
        <FormField label="Service">
          <Input
            type="search"
            value={service}
            placeholder="s3, for example"
            spellcheck={false}
            autoComplete={false}
            clearAriaLabel="Clear service"
            onChange={({ detail }) => {
              setService(detail.value);
              if (detail.value === "") applyService("");
            }}
            onBlur={() => applyService(service)}
          />
        </FormField>
        <FormField label="Outcome">
          <Select
            options={OUTCOMES}
            selectedOption={OUTCOMES.find(({ value }) => value === filter.outcome) ?? ALL}
            onChange={({ detail }) => setQueryParams({ outcome: detail.selectedOption.value || undefined })}
          />
        </FormField>
      </SpaceBetween>
    </form>
  );
}
