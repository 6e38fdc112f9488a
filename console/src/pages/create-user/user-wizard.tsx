import Wizard from "@cloudscape-design/components/wizard";
import type { PasswordRules } from "../../api/iamd.ts";
import type { NewUser } from "../../data/users.ts";
import { ErrorAlert } from "../../shared/error-alert.tsx";
import { USERS } from "../../shared/paths.ts";
import { navigate } from "../../state/router.ts";
import { useWizard } from "../../state/wizard.ts";
import { DetailsStep } from "./details-step.tsx";
import { INITIAL_VALUES, isDetailsComplete, toNewUser } from "./form-values.ts";
import { PermissionsStep } from "./permissions-step.tsx";
import { ReviewStep } from "./review-step.tsx";

type Props = { rules: PasswordRules; onCreate: (user: NewUser) => Promise<void> };

/** The wizard "Create user": details, permissions, review. */
export function UserWizard({ rules, onCreate }: Props) {
  const { step, values, showErrors, task, change, goTo, submit } = useWizard(INITIAL_VALUES, [
    (formValues) => isDetailsComplete(formValues, rules),
  ]);
  return (
    <Wizard
      activeStepIndex={step}
      isLoadingNextStep={task.busy}
      submitButtonText="Create user"
      onNavigate={({ detail }) => goTo(detail.requestedStepIndex)}
      onCancel={() => navigate(USERS)}
      onSubmit={() => submit(() => onCreate(toNewUser(values, rules)))}
      steps={[
        {
          title: "Specify user details",
          content: <DetailsStep values={values} rules={rules} showErrors={showErrors} onChange={change} />,
        },
        {
          title: "Set permissions",
          description:
            "Add the user to an existing group or create a new one. Using groups is a best-practice way to manage users' permissions by job function.",
          content: <PermissionsStep values={values} onChange={change} />,
        },
        {
          title: "Review and create",
          description:
            "Review your choices. After you create the user, you can view and download the password, if any.",
          content: (
            <ReviewStep values={values} onChange={change} onEdit={goTo}>
              <ErrorAlert error={task.error} />
            </ReviewStep>
          ),
        },
      ]}
    />
  );
}
