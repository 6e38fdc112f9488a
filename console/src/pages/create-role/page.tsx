import Wizard from "@cloudscape-design/components/wizard";
import { createRole } from "../../data/roles.ts";
import { ErrorAlert } from "../../shared/error-alert.tsx";
import { PageTitle } from "../../shared/page.tsx";
import { ROLES, rolePath } from "../../shared/paths.ts";
import { flash } from "../../state/flashes.ts";
import { navigate } from "../../state/router.ts";
import { useSession } from "../../state/session.tsx";
import { useWizard } from "../../state/wizard.ts";
import {
  buildTrustPolicy,
  INITIAL_VALUES,
  isDetailsComplete,
  isPermissionsComplete,
  isTrustComplete,
  toNewRole,
} from "./form-values.ts";
import { PermissionsStep } from "./permissions-step.tsx";
import { ReviewStep } from "./review-step.tsx";
import { TrustedEntityStep } from "./trusted-entity-step.tsx";

/** The wizard "Create role": trusted entity, permissions, details. */
export default function CreateRole() {
  const { AccountId } = useSession();
  const { step, values, showErrors, task, change, goTo, submit } = useWizard(INITIAL_VALUES, [
    isTrustComplete,
    isPermissionsComplete,
    isDetailsComplete,
  ]);
  const create = async () => {
    const errors = await createRole(toNewRole(values, AccountId));
    navigate(rolePath(values.name));
    flash(`Role ${values.name} created.`);
    for (const error of errors) flash(error.message, "error");
  };
  const stepProps = { values, showErrors, onChange: change };
  return (
    <>
      <PageTitle text="Create role" />
      <Wizard
        activeStepIndex={step}
        isLoadingNextStep={task.busy}
        submitButtonText="Create role"
        onNavigate={({ detail }) => goTo(detail.requestedStepIndex)}
        onCancel={() => navigate(ROLES)}
        onSubmit={() => submit(create)}
        steps={[
          { title: "Select trusted entity", content: <TrustedEntityStep {...stepProps} /> },
          { title: "Add permissions", content: <PermissionsStep {...stepProps} /> },
          {
            title: "Name, review, and create",
            content: (
              <ReviewStep {...stepProps} trustPolicy={buildTrustPolicy(values, AccountId)} onEdit={goTo}>
                <ErrorAlert error={task.error} />
              </ReviewStep>
            ),
          },
        ]}
      />
    </>
  );
}
