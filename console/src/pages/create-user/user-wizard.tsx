import Wizard from "@cloudscape-design/components/wizard";
import type { PasswordRules } from "../../api/iamd.ts";
import type { NewUser } from "../../data/users.ts";
import { ErrorAlert } from "../../shared/error-alert.tsx";
import { USERS } from "../../shared/paths.ts";
import { navigate } from "../../state/router.ts";
import { useWizard } from "../../state/wizard.ts";
import { FIRST_CHOICES, hasDetails, newUser } from "./choices.ts";
import { DetailsStep } from "./details-step.tsx";
import { PermissionsStep } from "./permissions-step.tsx";
import { ReviewStep } from "./review-step.tsx";

type Props = { rules: PasswordRules; onCreate: (user: NewUser) => Promise<void> };

/** *Create user*: details, permissions, review. */
export function UserWizard({ rules, onCreate }: Props) {
  const {
    step,
    values: choices,
    showErrors: tried,
    task,
    change,
    goTo,
    submit,
  } = useWizard(FIRST_CHOICES, [(made) => hasDetails(made, rules)]);
  return (
    <Wizard
      activeStepIndex={step}
      isLoadingNextStep={task.busy}
      submitButtonText="Create user"
      onNavigate={({ detail }) => goTo(detail.requestedStepIndex)}
      onCancel={() => navigate(USERS)}
      onSubmit={() => submit(() => onCreate(newUser(choices, rules)))}
      steps={[
        {
          title: "Specify user details",
          content: <DetailsStep choices={choices} rules={rules} incomplete={tried} onChange={change} />,
        },
        {
          title: "Set permissions",
          description:
            "Add the user to an existing group or create a new one. Using groups is a best-practice way to manage user's permissions by job functions.",
          content: <PermissionsStep choices={choices} onChange={change} />,
        },
        {
          title: "Review and create",
          description:
            "Review your choices. After you create the user, you can view and download the password, if any.",
          content: (
            <ReviewStep choices={choices} onChange={change} onEdit={goTo}>
              <ErrorAlert error={task.error} />
            </ReviewStep>
          ),
        },
      ]}
    />
  );
}
