/** What the linters print, with a file of `__manifest__.py` and one of Python that imports what it does not use. */
export const RECORDED = {
  ruff: '[{"cell":null,"code":"F401","end_location":{"column":10,"row":2},"filename":"acme/models.py","fix":null,"location":{"column":8,"row":2},"message":"`os` imported but unused","noqa_row":2,"url":"https://docs.astral.sh/ruff/rules/unused-import"},{"cell":null,"code":null,"end_location":{"column":1,"row":4},"filename":"acme/models.py","fix":null,"location":{"column":5,"row":3},"message":"SyntaxError: Expected an expression","noqa_row":null,"url":null}]',
  flake8: "acme/models.py\t2\tF401\t'os' imported but unused\n",
  pylint:
    '[{"type":"convention","module":"acme.__manifest__","obj":"","line":1,"column":0,"endLine":null,"endColumn":null,"path":"acme/__manifest__.py","symbol":"missing-readme","message":"Missing ./README.rst file.\\nTemplate here: …","message-id":"C8112"}]',
  pylintWithoutPlugin:
    '[{"type":"error","module":"Command line or configuration file","obj":"","line":1,"column":0,"path":"Command line or configuration file","symbol":"bad-plugin-value","message":"Plugin \'pylint_odoo\' is impossible to load, is it installed ? (\'No module named \'pylint_odoo\'\')","message-id":"E0013"}]',
};
