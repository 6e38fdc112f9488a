/** What the wizard *Create user* gathers. */
import type { Group, Policy } from "@aws-sdk/client-iam";
import type { PasswordRules } from "../../api/iamd.ts";
import { generatePassword, satisfiesRules } from "../../data/password.ts";
import type { KeyValue } from "../../data/tags.ts";
import type { NewUser } from "../../data/users.ts";

export type Choices = {
  name: string;
  console: boolean;
  generated: boolean;
  password: string;
  mustChange: boolean;
  way: "groups" | "policies";
  groups: readonly Group[];
  policies: readonly Policy[];
  tags: readonly KeyValue[];
};

export const FIRST_CHOICES: Choices = {
  name: "",
  console: false,
  generated: true,
  password: "",
  mustChange: true,
  way: "groups",
  groups: [],
  policies: [],
  tags: [],
};

const NAME = /^[\w+=,.@-]{1,64}$/;

export function isUserName(name: string): boolean {
  return NAME.test(name);
}

/** Whether the first step is complete. */
export function hasDetails({ name, console, generated, password }: Choices, rules: PasswordRules): boolean {
  return isUserName(name) && (!console || generated || satisfiesRules(rules, password));
}

/** The user that was asked for; a generated password is made here. */
export function newUser(choices: Choices, rules: PasswordRules): NewUser {
  const password = choices.generated ? generatePassword(rules) : choices.password;
  return {
    name: choices.name,
    password: choices.console ? password : undefined,
    resetRequired: choices.mustChange,
    groups: choices.way === "groups" ? choices.groups.map(({ GroupName = "" }) => GroupName) : [],
    policyArns: choices.way === "policies" ? choices.policies.map(({ Arn = "" }) => Arn) : [],
    tags: choices.tags,
  };
}
