// What a job may ask for: shared by the assembly (which does it) and TypeScript (which asks).

export const enum Kernel {
  Rows,
  Outer,
  SumParts,
  Pack,
  Pad,
  ShiftAdd,
  Unary,
  Binary,
  Compare,
  MaxPool,
  MaxPoolGrad,
  AvgPool,
  AvgPoolGrad,
  ReduceRows,
  ReduceColumns,
  Softmax,
  ArgMax,
  Copy,
  Choose,
  Logic,
  Fill,
  Cast,
  BatchNorm,
  Adam,
  Write,
}

export const enum UnaryOp {
  Neg,
  Abs,
  Square,
  Sqrt,
  Rsqrt,
  Reciprocal,
  Exp,
  Expm1,
  Log,
  Log1p,
  Sigmoid,
  Tanh,
  Softplus,
  Elu,
  Selu,
  Relu,
  Relu6,
  LeakyRelu,
  Step,
  Clip,
  Sign,
  Floor,
  Ceil,
  Round,
}

export const enum BinaryOp {
  Add,
  Sub,
  Multiply,
  RealDiv,
  Maximum,
  Minimum,
  SquaredDifference,
  EluGrad,
  Prelu,
  ReluGrad,
  AddRelu,
}

export const enum CompareOp {
  Equal,
  NotEqual,
  Greater,
  GreaterEqual,
  Less,
  LessEqual,
}

export const enum ReduceOp {
  Sum,
  Mean,
  Max,
  Min,
  Prod,
}

export const enum CastTo {
  FloatFromInt,
  FloatFromBool,
  IntFromFloat,
  IntFromBool,
  BoolFromFloat,
  BoolFromInt,
}
