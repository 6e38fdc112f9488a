import Wizard from "@cloudscape-design/components/wizard";
import { createRole } from "../../data/roles.ts";
import { ErrorAlert } from "../../shared/error-alert.tsx";
import { PageTitle } from "../../shared/page.tsx";
import { ROLES, rolePath } from "../../shared/paths.ts";
import { flash } from "../../state/flashes.ts";
import { navigate } from "../../state/router.ts";
import { useSession } from "../../state/session.tsx";
import { useWizard } from "../../state/wizard.ts";
import { chosenTrust, FIRST_CHOICES, hasDetails, hasPermissions, hasTrust, newRole } from "./choices.ts";
import { PermissionsStep } from "./permissions-step.tsx";
import { ReviewStep } from "./review-step.tsx";
import { TrustStep } from "./trust-step.tsx";

/** *Create role*: whom it trusts, what it may do, what it is called. */
export default function CreateRole() {
  const { AccountId } = useSession();
  const {
    step,
    values: choices,
    showErrors: tried,
    task,
    change,
    goTo,
    submit,
  } = useWizard(FIRST_CHOICES, [hasTrust, hasPermissions, hasDetails]);
  const create = async () => {
    const failures = await createRole(newRole(choices, AccountId));
    navigate(rolePath(choices.name));
    flash(`Role ${choices.name} created.`);
    for (const failure of failures) flash(failure.message, "error");
  };
  const given = { choices, incomplete: tried, onChange: change };
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
          { title: "Select trusted entity", content: <TrustStep {...given} /> },
          { title: "Add permissions", content: <PermissionsStep {...given} /> },
          {
            title: "Name, review, and create",
            content: (
              <ReviewStep {...given} trust={chosenTrust(choices, AccountId)} onEdit={goTo}>
                <ErrorAlert error={task.error} />
              </ReviewStep>
            ),
          },
        ]}
      />
    </>
  );
}
